using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansMq.Gateway.Listeners;

/// <summary>Reads what a listener needs to speak TLS.</summary>
internal static class TlsCertificates
{
    /// <summary>Loads the certificate that the options name; null when they name none.</summary>
    /// <exception cref="InvalidOperationException">It cannot be loaded; the text says what to do.</exception>
    public static SslServerAuthenticationOptions? Load(GatewayOptions options)
    {
        if (options.TlsCertificatePath is null)
            return null;
        try
        {
            using X509Certificate2 pem =
                X509Certificate2.CreateFromPemFile(options.TlsCertificatePath, options.TlsCertificateKeyPath);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(options.TlsCertificatePath);
            // The key of a PEM file is not where Windows looks for it until it has been through PKCS #12.
            X509Certificate2 certificate =
                X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
            return new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            };
        }
        catch (Exception exception) when
            (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOperationException(
                $"The TLS certificate {options.TlsCertificatePath} with the key " +
                $"{options.TlsCertificateKeyPath ?? "in the same file"} cannot be loaded: {exception.Message} " +
                "Both must be PEM files that this process may read.", exception);
        }
    }
}
