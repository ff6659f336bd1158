using System.Net;

namespace OrleansMq.Gateway;

/// <summary>Where the gateway listens, whom it lets in, and how much each connection may take.</summary>
public sealed class GatewayOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = "OrleansMq:Gateway";

    /// <summary>
    /// The largest <see cref="MaxFrameBytes"/>. A frame's first byte stays below 0x16, the first byte of a TLS hello,
    /// so that one port can tell the two apart.
    /// </summary>
    private const int MaxMaxFrameBytes = 256 * 1024 * 1024;

    /// <summary>The IP address to listen on; 0.0.0.0 or :: is every one. Default: 127.0.0.1.</summary>
    public string ListenAddress { get; set; } = "127.0.0.1";

    /// <summary>
    /// The port that answers for name service and broker; 0 takes any free one. RocketMQ: <c>listenPort</c>.
    /// Default: 9876.
    /// </summary>
    public int Port { get; set; } = 9876;

    /// <summary>
    /// Whether nothing listens on the network, so that only callers in this process come in, and those of an Orleans
    /// cluster through it. <see cref="ListenAddress"/> and <see cref="Port"/> are then only what routes name the broker
    /// by. Default: false.
    /// </summary>
    public bool InProcessOnly { get; set; }

    /// <summary>
    /// Whether anybody who reaches a <see cref="ListenAddress"/> beyond this machine may come in without
    /// authentication. Default: false.
    /// </summary>
    public bool UnsafeAllowAnonymousNetwork { get; set; }

    /// <summary>Connections open at the same time; further ones are closed at once. Default: 16,384.</summary>
    public int MaxConnections { get; set; } = 16_384;

    /// <summary>
    /// Bytes of a frame behind its length; the sender of a larger one is disconnected.
    /// RocketMQ: <c>com.rocketmq.remoting.frameMaxLength</c>. Default: 16 MiB.
    /// </summary>
    public int MaxFrameBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes of unfinished frames that all connections together may hold; the connection that would exceed it is
    /// closed. Default: 1 GiB.
    /// </summary>
    public long MaxReceiveBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>
    /// Requests of a connection whose answers are outstanding, held long polls among them; when reached, the
    /// connection is not read until some are answered. Default: 4,096.
    /// </summary>
    public int MaxInFlightPerConnection { get; set; } = 4_096;

    /// <summary>
    /// How long a connection may carry no byte in either direction. RocketMQ: <c>serverChannelMaxIdleTimeSeconds</c>.
    /// Default: 120 s.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// How long a frame may take from its first byte to its last, and a TLS handshake from the first byte on.
    /// Default: 15 s.
    /// </summary>
    public TimeSpan FrameTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Bytes of answers that may wait for a slow reader. Above it the connection is not read; at twice as many it is
    /// closed. Default: 64 MiB.
    /// </summary>
    public int MaxOutputBytesPerConnection { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long answers may wait without the peer taking a single byte. Default: 30 s.</summary>
    public TimeSpan SlowReaderTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Threads that serve the connections, on Linux. RocketMQ: <c>serverSelectorThreads</c>.
    /// Default: 1 up to 4 cores, else a quarter of the cores.
    /// </summary>
    public int LoopThreads { get; set; } = Environment.ProcessorCount <= 4 ? 1 : Environment.ProcessorCount / 4;

    /// <summary>
    /// How long a loop thread looks for more work before it sleeps; it costs a little CPU time and saves a wake-up per
    /// request. Not used on a machine of one core. Default: 20 us.
    /// </summary>
    public TimeSpan SpinTime { get; set; } = TimeSpan.FromMicroseconds(20);

    /// <summary>A PEM file with the certificate, and its chain behind it; null is no TLS. Default: null.</summary>
    public string? TlsCertificatePath { get; set; }

    /// <summary>A PEM file with the key; null when it stands in the certificate's file. Default: null.</summary>
    public string? TlsCertificateKeyPath { get; set; }

    /// <summary>Whether connections without TLS are refused. Default: false.</summary>
    public bool TlsRequired { get; set; }

    /// <summary>Whether plain connections take the portable path on Linux too; for tests. Default: false.</summary>
    internal bool ForcePortable { get; set; }

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    /// <param name="isAuthenticationConfigured">Whether requests are refused unless their sender is known.</param>
    public IEnumerable<string> Validate(bool isAuthenticationConfigured)
    {
        if (!IPAddress.TryParse(ListenAddress, out IPAddress? address))
            yield return $"{Section}:{nameof(ListenAddress)} is '{ListenAddress}'; give an IP address, as 127.0.0.1.";
        else if (!IPAddress.IsLoopback(address) && !isAuthenticationConfigured && !UnsafeAllowAnonymousNetwork)
            yield return $"{Section}:{nameof(ListenAddress)} is {ListenAddress}, which others can reach, and no " +
                $"authentication is configured; configure it, listen on 127.0.0.1, or set {Section}:" +
                $"{nameof(UnsafeAllowAnonymousNetwork)} to true if everybody on the network may read and write all.";
        if (Port is < IPEndPoint.MinPort or > IPEndPoint.MaxPort)
            yield return Outside(nameof(Port), Port, "0 to 65,535");
        if (TlsCertificatePath is null && (TlsRequired || TlsCertificateKeyPath is not null))
            yield return $"{Section}:{nameof(TlsCertificatePath)} is not set, but " +
                $"{(TlsRequired ? nameof(TlsRequired) : nameof(TlsCertificateKeyPath))} is; give the certificate too.";
        foreach (string problem in ValidateLimits().Concat(ValidateTimes()))
            yield return problem;
    }

    private IEnumerable<string> ValidateLimits()
    {
        if (MaxConnections is < 1 or > 1_000_000)
            yield return Outside(nameof(MaxConnections), MaxConnections, "1 to 1,000,000");
        if (MaxFrameBytes is < 64 or > MaxMaxFrameBytes)
            yield return Outside(nameof(MaxFrameBytes), MaxFrameBytes, "64 to 268,435,456");
        if (MaxReceiveBytes < MaxFrameBytes)
            yield return Outside(nameof(MaxReceiveBytes), MaxReceiveBytes, $"at least {nameof(MaxFrameBytes)}");
        if (MaxInFlightPerConnection is < 1 or > 1_000_000)
            yield return Outside(nameof(MaxInFlightPerConnection), MaxInFlightPerConnection, "1 to 1,000,000");
        if (MaxOutputBytesPerConnection is < 1024 or > 512 * 1024 * 1024)
            yield return Outside(
                nameof(MaxOutputBytesPerConnection), MaxOutputBytesPerConnection, "1,024 to 536,870,912");
        if (LoopThreads is < 1 or > 256)
            yield return Outside(nameof(LoopThreads), LoopThreads, "1 to 256");
    }

    private IEnumerable<string> ValidateTimes()
    {
        if (IsOutside(IdleTimeout, TimeSpan.FromDays(1)))
            yield return Outside(nameof(IdleTimeout), IdleTimeout, "10 ms to 1 day");
        if (IsOutside(FrameTimeout, TimeSpan.FromHours(1)))
            yield return Outside(nameof(FrameTimeout), FrameTimeout, "10 ms to 1 h");
        if (IsOutside(SlowReaderTimeout, TimeSpan.FromHours(1)))
            yield return Outside(nameof(SlowReaderTimeout), SlowReaderTimeout, "10 ms to 1 h");
        if (SpinTime < TimeSpan.Zero || SpinTime > TimeSpan.FromMilliseconds(1))
            yield return Outside(nameof(SpinTime), SpinTime, "0 to 1 ms");
    }

    private static bool IsOutside(TimeSpan time, TimeSpan most) => time < TimeSpan.FromMilliseconds(10) || time > most;

    private static string Outside(string name, object value, string allowed) =>
        $"{Section}:{name} is {value}; allowed is {allowed}.";
}
