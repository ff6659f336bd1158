using OrleansMq.Client.Transports;

namespace OrleansMq.Client.Hosting.Configuration;

/// <summary>
/// What an application's configuration says of a client; the rest of <see cref="ClientOptions"/> is said in code.
/// </summary>
public sealed class OrleansMqOptions
{
    /// <summary>Where an application that has no other plan keeps these.</summary>
    public const string Section = "OrleansMq:Client";

    /// <summary>
    /// One or more brokers of the cluster as HOST:PORT, separated by commas; the others are found through them.
    /// Default: 127.0.0.1:9876.
    /// </summary>
    public string Servers { get; set; } = "127.0.0.1:9876";

    /// <summary>Whether connections use TLS, with the certificates that the system trusts. Default: false.</summary>
    public bool UsesTls { get; set; }

    /// <summary>The name by which brokers know the client's producers. Default: DEFAULT_PRODUCER.</summary>
    public string ProducerGroup { get; set; } = "DEFAULT_PRODUCER";

    /// <summary>How long a connection may take to be made, 1 ms to 5 min. Default: 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer may take, 1 ms to 5 min. Default: 5 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Bodies of so many bytes and more are compressed. Default: 4,096.</summary>
    public int CompressBodiesFromBytes { get; set; } = 4_096;

    /// <summary>The largest body that is sent, 1 byte and more. Default: 4 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>What is wrong with the options; each problem names option, value and range.</summary>
    public IEnumerable<string> Validate()
    {
        if (ProblemOf(Servers) is { } problem)
            yield return $"{nameof(Servers)} is '{Servers}'. {problem}";
        if (string.IsNullOrWhiteSpace(ProducerGroup))
            yield return $"{nameof(ProducerGroup)} is empty; a name is expected.";
        foreach ((string name, TimeSpan value) in new[]
                 {
                     (nameof(ConnectTimeout), ConnectTimeout), (nameof(RequestTimeout), RequestTimeout),
                 })
        {
            if (value < TimeSpan.FromMilliseconds(1) || value > TimeSpan.FromMinutes(5))
                yield return $"{name} is {value}; 1 ms to 5 min is expected.";
        }

        if (CompressBodiesFromBytes < 0)
        {
            yield return $"{nameof(CompressBodiesFromBytes)} is {CompressBodiesFromBytes}; 0 or more is expected, "
                + $"{int.MaxValue} for never.";
        }

        if (MaxMessageBytes < 1)
            yield return $"{nameof(MaxMessageBytes)} is {MaxMessageBytes}; 1 or more is expected.";
    }

    /// <summary>The client's options that come of these.</summary>
    internal ClientOptions ToClientOptions() => new()
    {
        Transport = new SocketTransport(Servers, UsesTls ? new() : null),
        ProducerGroup = ProducerGroup,
        ConnectTimeout = ConnectTimeout,
        RequestTimeout = RequestTimeout,
        CompressBodiesFromBytes = CompressBodiesFromBytes,
        MaxMessageBytes = MaxMessageBytes,
    };

    private static string? ProblemOf(string servers)
    {
        try
        {
            _ = new SocketTransport(servers ?? "");
            return null;
        }
        catch (FormatException cause)
        {
            return cause.Message;
        }
    }
}
