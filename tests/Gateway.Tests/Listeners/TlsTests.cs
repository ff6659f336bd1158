using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Gateway.Connections;
using OrleansMq.Gateway.Listeners;

namespace OrleansMq.Gateway.Tests.Listeners;

/// <summary>TLS and plain connections on one port.</summary>
public abstract class TlsTests : IDisposable
{
    private readonly bool _isPortable;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("omq-tls-");
    private readonly string _thumbprint;

    protected TlsTests(bool isPortable)
    {
        _isPortable = isPortable;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        _thumbprint = certificate.GetCertHashString();
        File.WriteAllText(CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(KeyPath, key.ExportPkcs8PrivateKeyPem());
    }

    private string CertificatePath => Path.Combine(_directory.FullName, "certificate.pem");

    private string KeyPath => Path.Combine(_directory.FullName, "key.pem");

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task TlsAndPlain_ShareAPort()
    {
        await using var gateway = new TestGateway(Options());
        TestPeer plain = gateway.Connect();
        plain.RoundTrip();
        Assert.False(gateway.Handler.TakeConnected().IsEncrypted);
        TestPeer secret = gateway.Connect();
        await secret.StartTlsAsync(_thumbprint);
        secret.RoundTrip();
        Assert.True(gateway.Handler.TakeConnected().IsEncrypted);
        byte[] frame = TestPeer.Frame(TestHandler.Forward, new byte[100_000]);
        plain.Send(frame);
        Assert.Equal(frame, secret.Receive());
        for (int number = 0; number < 100; number++)
            secret.RoundTrip(TestHandler.EchoFromThread, number);
        Assert.Equal(2, gateway.Listener.Connections);
    }

    [Fact]
    public async Task Frames_AreAnswered_WhenLargeOverTls()
    {
        await using var gateway = new TestGateway(Options());
        TestPeer peer = gateway.Connect();
        await peer.StartTlsAsync(_thumbprint);
        byte[] frame = TestPeer.Frame(TestHandler.Echo, RandomNumberGenerator.GetBytes(2_000_000));
        Task sending = Task.Run(() => peer.Send(frame));
        Assert.True(frame.AsSpan().SequenceEqual(peer.Receive()));
        await sending;
    }

    [Fact]
    public async Task Stop_WaitsForAnswers_WhenRequestsAreInFlightOverTls()
    {
        await using var gateway = new TestGateway(Options());
        TestPeer peer = gateway.Connect();
        await peer.StartTlsAsync(_thumbprint);
        peer.Send(TestPeer.Frame(TestHandler.Hold, 5));
        gateway.Handler.WaitUntilHeld();
        Task stopping = gateway.Listener.StopAsync(TestGateway.Limit);
        gateway.Handler.ReleaseOne();
        Assert.Equal(TestPeer.Frame(TestHandler.Hold, 5), peer.Receive());
        peer.AssertClosed();
        await stopping.WaitAsync(TestGateway.Limit);
    }

    [Fact]
    public async Task Plain_IsRefused_WhenTlsIsRequired()
    {
        GatewayOptions options = Options();
        options.TlsRequired = true;
        await using var gateway = new TestGateway(options);
        TestPeer plain = gateway.Connect();
        plain.Send(TestPeer.Frame(TestHandler.Echo, 1));
        plain.AssertClosed();
        gateway.Logger.WaitFor(2524);
        TestPeer secret = gateway.Connect();
        await secret.StartTlsAsync(_thumbprint);
        secret.RoundTrip();
    }

    [Fact]
    public async Task Hello_IsClosedWithAHint_WhenThereIsNoCertificate()
    {
        await using var gateway = new TestGateway(new GatewayOptions { ForcePortable = _isPortable });
        TestPeer peer = gateway.Connect();
        await Assert.ThrowsAnyAsync<IOException>(() => peer.StartTlsAsync(_thumbprint));
        gateway.Logger.WaitFor(2523);
        gateway.Connect().RoundTrip();
    }

    [Fact]
    public async Task Handshake_IsClosed_WhenItIsGarbage()
    {
        await using var gateway = new TestGateway(Options());
        TestPeer peer = gateway.Connect();
        peer.Send([PortableConnection.TlsHandshakeByte, 3, 1, 0, 4, 9, 9, 9, 9]);
        gateway.Logger.WaitFor(2525);
        gateway.Connect().RoundTrip();
        Assert.Empty(gateway.Handler.Closed);
    }

    [Fact]
    public async Task Handshake_IsClosed_WhenItDoesNotGetOn()
    {
        GatewayOptions options = Options();
        options.FrameTimeout = TimeSpan.FromMilliseconds(100);
        await using var gateway = new TestGateway(options);
        TestPeer peer = gateway.Connect();
        peer.Send([PortableConnection.TlsHandshakeByte]);
        peer.AssertClosed();
        gateway.Logger.WaitFor(2521);
    }

    [Fact]
    public void Listener_SaysWhatToDo_WhenTheKeyCannotBeRead()
    {
        GatewayOptions options = Options();
        options.TlsCertificateKeyPath = KeyPath + ".missing";
        var exception = Assert.Throws<InvalidOperationException>(
            () => new GatewayListener(options, new TestHandler(), NullLogger.Instance));
        Assert.Contains(".missing", exception.Message, StringComparison.Ordinal);
    }

    private GatewayOptions Options() => new()
    {
        ForcePortable = _isPortable, TlsCertificatePath = CertificatePath, TlsCertificateKeyPath = KeyPath,
    };
}

/// <summary>Beside plain connections on an epoll loop.</summary>
public sealed class EpollTlsTests() : TlsTests(isPortable: false);

/// <summary>Beside plain connections on the sockets of .NET.</summary>
public sealed class PortableTlsTests() : TlsTests(isPortable: true);
