using System.Text;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Settings that the name service keeps.</summary>
public sealed class KeyValueTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;
    private readonly AdminClient _admin;

    public KeyValueTests()
    {
        _client = _broker.Connect();
        _admin = new AdminClient(_client);
    }

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void Value_IsGivenBack_AfterItWasSet(SerializeType serializeType)
    {
        var fields = new Dictionary<string, string> { ["namespace"] = "nsx", ["key"] = "kx", ["value"] = "größer" };
        Assert.Equal(0, _client.Call((int)RequestCode.PutKvConfig, fields, serializeType: serializeType).Code);

        fields.Remove("value");
        RemotingCommand answer = _client.Call((int)RequestCode.GetKvConfig, fields, serializeType: serializeType);

        Assert.Equal((0, "größer"), (answer.Code, answer.Fields["value"]));
    }

    [Fact]
    public void Value_IsNotFound_OnceItWasDeleted()
    {
        _admin.Call(RequestCode.PutKvConfig, "namespace=nsx", "key=kx", "value=vx");
        _admin.Call(RequestCode.DeleteKvConfig, "namespace=nsx", "key=kx");
        _admin.Call(RequestCode.DeleteKvConfig, "namespace=nsx", "key=kx");

        RemotingCommand answer =
            _admin.Refused(RequestCode.GetKvConfig, ResponseCode.QueryNotFound, "namespace=nsx", "key=kx");
        Assert.Contains("nsx/kx", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespace_IsListed()
    {
        _admin.Call(RequestCode.PutKvConfig, "namespace=nsx", "key=kx", "value=vx");
        _admin.Call(RequestCode.PutKvConfig, "namespace=other", "key=kx", "value=vx");

        Assert.Equal(
            """{"table":{"kx":"vx"}}""",
            Encoding.UTF8.GetString(_admin.Call(RequestCode.GetKvListByNamespace, "namespace=nsx").Body.Span));
        Assert.Equal(
            """{"table":{}}""",
            Encoding.UTF8.GetString(_admin.Call(RequestCode.GetKvListByNamespace, "namespace=none").Body.Span));
    }

    [Fact]
    public void Route_SaysTheQueuesOfAnOrderedTopic()
    {
        _admin.CreateTopic("Orders");
        Assert.Null(RouteOf("Orders").OrderTopicConf);

        _admin.Call(
            RequestCode.PutKvConfig, "namespace=ORDER_TOPIC_CONFIG", "key=Orders", "value=broker-a:2");
        Assert.Equal("broker-a:2", RouteOf("Orders").OrderTopicConf);

        _admin.Call(RequestCode.DeleteKvConfig, "namespace=ORDER_TOPIC_CONFIG", "key=Orders");
        Assert.Null(RouteOf("Orders").OrderTopicConf);
    }

    [Fact]
    public void Put_IsRefused_WhenClientsCouldNotReadIt()
    {
        RemotingCommand answer = _admin.Refused(
            RequestCode.PutKvConfig, ResponseCode.SystemError, "namespace=ORDER_TOPIC_CONFIG", "key=Orders",
            "value=everywhere");

        Assert.Contains("'broker-a:4;broker-b:4' is expected", answer.Remark, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private TopicRouteData RouteOf(string topic)
    {
        RemotingCommand answer = _admin.Call(RequestCode.GetRouteInfoByTopic, $"topic={topic}");
        Assert.True(TopicRouteData.TryRead(answer.Body.Span, out TopicRouteData? route, out string? problem), problem);
        return route!;
    }
}
