using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Gateway.Listeners;
using OrleansMq.Gateway.Tests.Listeners;

namespace OrleansMq.Gateway.Tests;

public sealed class GatewayOptionsTests
{
    [Fact]
    public void Validate_FindsNothing_InTheDefaults() =>
        Assert.Empty(new GatewayOptions().Validate(isAuthenticationConfigured: false));

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.168.1.7")]
    public void Listener_IsRefused_WhenAnybodyCouldComeIn(string address)
    {
        var exception = Assert.Throws<InvalidOperationException>(() => new GatewayListener(
            new GatewayOptions { ListenAddress = address }, new TestHandler(), NullLogger.Instance));
        Assert.Contains(
            nameof(GatewayOptions.UnsafeAllowAnonymousNetwork), exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", false, false)]
    [InlineData("127.8.8.8", false, false)]
    [InlineData("::1", false, false)]
    [InlineData("0.0.0.0", true, false)]
    [InlineData("0.0.0.0", false, true)]
    public void Validate_FindsNothing_WhenTheAddressIsSafeOrWanted(string address, bool isUnsafe, bool isAuthenticated)
    {
        var options = new GatewayOptions { ListenAddress = address, UnsafeAllowAnonymousNetwork = isUnsafe };
        Assert.Empty(options.Validate(isAuthenticated));
    }

    [Fact]
    public void Validate_NamesEachSettingThatIsWrong()
    {
        var options = new GatewayOptions
        {
            ListenAddress = "localhost",
            Port = 65_536,
            MaxConnections = 0,
            MaxFrameBytes = 0x1600_0000,
            MaxReceiveBytes = 1,
            MaxInFlightPerConnection = 0,
            IdleTimeout = TimeSpan.Zero,
            FrameTimeout = TimeSpan.FromHours(2),
            MaxOutputBytesPerConnection = -1,
            SlowReaderTimeout = TimeSpan.FromMilliseconds(1),
            LoopThreads = 0,
            SpinTime = TimeSpan.FromSeconds(1),
            TlsRequired = true,
        };
        string[] expected =
        [
            "ListenAddress", "Port", "TlsCertificatePath", "MaxConnections", "MaxFrameBytes", "MaxReceiveBytes",
            "MaxInFlightPerConnection", "MaxOutputBytesPerConnection", "LoopThreads", "IdleTimeout", "FrameTimeout",
            "SlowReaderTimeout", "SpinTime",
        ];
        Assert.Equal(
            expected, options.Validate(true).Select(problem => problem.Split(' ')[0].Split(':')[^1]));
    }
}
