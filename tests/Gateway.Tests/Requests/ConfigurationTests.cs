using System.Text;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

public sealed class ConfigurationTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly AdminClient _admin;

    public ConfigurationTests() => _admin = new AdminClient(_broker.Connect());

    [Theory]
    [InlineData(RequestCode.GetBrokerConfig)]
    [InlineData(RequestCode.GetNameServerConfig)]
    public void Options_AreShown_UnderBothNames(RequestCode code)
    {
        RemotingCommand answer = _admin.Call(code);
        Dictionary<string, string> options = Read(answer);

        Assert.Equal(
            ("broker-a", "DefaultCluster", "ASYNC_FLUSH", "72"),
            (options["brokerName"], options["brokerClusterName"], options["flushDiskType"], options["fileReservedTime"]));
        Assert.Equal("00:01:00", options["OrleansMq.Store.FlushWindow"]);
        Assert.Equal("15", options["OrleansMq.Broker.Transactions.MaxChecks"]);
        Assert.Equal(_broker.Node.Store.Options.Directory, options["OrleansMq.Store.Directory"]);
        Assert.Matches("""^\{"counter":1,"timestamp":\d+\}$""", answer.Fields["version"]);
    }

    /// <summary>The tool copies these, and fails on the first that is missing.</summary>
    [Fact]
    public void Options_HaveWhatExportConfigsCopies()
    {
        Dictionary<string, string> options = Read(_admin.Call(RequestCode.GetBrokerConfig));

        Assert.All(
            (string[])
            [
                "brokerClusterName", "brokerId", "brokerName", "brokerRole", "fileReservedTime", "filterServerNums",
                "flushDiskType", "maxMessageSize", "messageDelayLevel", "msgTraceTopicName", "slaveReadEnable",
                "traceOn", "traceTopicEnable", "useTLS", "autoCreateTopicEnable", "autoCreateSubscriptionGroup",
            ],
            name => Assert.NotEmpty(options[name]));
    }

    [Theory]
    [InlineData(RequestCode.UpdateBrokerConfig)]
    [InlineData(RequestCode.UpdateNameServerConfig)]
    public void Options_AreNotChanged_OverTheNetwork(RequestCode code)
    {
        TestClient client = _broker.Connect();

        RemotingCommand answer = client.Call((int)code, body: "autoCreateTopicEnable=false\n");

        Assert.Equal((int)ResponseCode.NoPermission, answer.Code);
        Assert.Contains("configuration", answer.Remark, StringComparison.Ordinal);
        Assert.Equal("true", Read(_admin.Call(RequestCode.GetBrokerConfig))["autoCreateTopicEnable"]);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static Dictionary<string, string> Read(RemotingCommand answer) => Encoding.UTF8
        .GetString(answer.Body.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
