using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>Deleting what is gone already: tools ask every broker of a cluster in turn.</summary>
public sealed class DeletionTests : IAsyncDisposable
{
    private readonly TestBroker _broker = new();
    private readonly TestClient _client;

    public DeletionTests() => _client = _broker.Connect();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public void DeleteTopic_Succeeds_WhenThereIsNone() => Assert.Equal(
        (int)ResponseCode.Success, Delete(RequestCode.DeleteTopicInBroker, "topic", "%RETRY%nobody").Code);

    [Fact]
    public void DeleteTopic_IsRefused_WhenItBelongsToTheBroker()
    {
        RemotingCommand answer = Delete(RequestCode.DeleteTopicInBroker, "topic", "TBW102");

        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains("'TBW102'", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public void DeleteGroup_Succeeds_WhenThereIsNone() => Assert.Equal(
        (int)ResponseCode.Success, Delete(RequestCode.DeleteSubscriptionGroup, "groupName", "nobody").Code);

    private RemotingCommand Delete(RequestCode code, string field, string name) =>
        _client.Call((int)code, new Dictionary<string, string> { [field] = name });
}
