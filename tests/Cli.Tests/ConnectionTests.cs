using System.Net;
using System.Net.Sockets;

namespace OrleansMq.Cli.Tests;

/// <summary>How every command reaches a broker, and what it says when it does not.</summary>
public sealed class ConnectionTests
{
    private static readonly string[][] Commands =
    [
        ["transactions", "list"], ["dead-letters", "list"], ["message", "trace", "some id", "--topic", "Orders"],
    ];

    [Theory]
    [InlineData("127.0.0.1:70000")]
    [InlineData("127.0.0.1:0x7")]
    [InlineData("localhost:-1")]
    [InlineData("not a host")]
    [InlineData("")]
    public async Task Command_SaysWhatAnAddressIs_WhenItGetsNone(string address)
    {
        foreach (string[] command in Commands)
        {
            OmqRun run = await Omq.RunAsync([.. command, "--broker", address]);

            Assert.Equal(1, run.ExitCode);
            Assert.Contains("HOST:PORT is expected", run.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Command_SaysThatNobodyIsThere_WhenNobodyIs()
    {
        foreach (string[] command in Commands)
        {
            OmqRun run = await Omq.RunAsync([.. command, "--broker", "localhost:1"]);

            Assert.Equal(1, run.ExitCode);
            Assert.Contains("localhost:1", run.Errors, StringComparison.Ordinal);
            Assert.Contains("--broker", run.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Command_TakesTheNameOfAHost()
    {
        await using SdkBroker broker = SdkBroker.Start();

        OmqRun run = await Omq.RunAsync(
            "transactions", "list", "--broker", $"localhost:{broker.Host.EndPoint!.Port}");

        Assert.Equal((0, "0 listed."), (run.ExitCode, run.Output.Trim()));
    }

    [Fact]
    public async Task Command_EndsWith130_WhenItIsInterrupted()
    {
        if (OperatingSystem.IsWindows())
            return;
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Task<TcpClient> connected = silent.AcceptTcpClientAsync();

        OmqRun run = await Omq.InterruptAsync(
            connected, "transactions", "list", "--broker", $"{silent.LocalEndpoint}");

        (await connected).Dispose();
        Assert.Equal(130, run.ExitCode);
        Assert.Empty(run.Errors);
    }
}
