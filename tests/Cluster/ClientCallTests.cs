using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Cluster.Tests.TestCluster;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Cluster.Tests;

/// <summary>Clients that are connected to one broker are reached from another.</summary>
public sealed class ClientCallTests : IAsyncLifetime
{
    private BrokerCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await BrokerCluster.StartAsync(3);
        await using BrokerClient client = await _cluster.ConnectAsync("broker-0");
        await client.CreateTopicAsync("Questions", 1);
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task RunningInfo_IsAnsweredByAConsumer_ThatIsConnectedToAnotherBroker()
    {
        await using BrokerClient consumer = await _cluster.ConnectAsync("broker-1", "worker-1");
        consumer.RequestHandler = request => ValueTask.FromResult<RemotingCommand?>(new RemotingCommand
        {
            Code = (int)ResponseCode.Success,
            Remark = $"{request.Code} {request.Fields["jstackEnable"]}",
            Body = "{\"jstack\":\"main\"}"u8.ToArray(),
        });
        await consumer.HeartbeatAsync([ConsumerOf("workers")]);
        await using BrokerClient asking = await _cluster.ConnectAsync("broker-2", "operator");

        RemotingCommand answer = await asking.Connection.InvokeAsync(InfoOf("worker-1"), TimeSpan.FromSeconds(10));
        Assert.Equal((0, "307 true"), (answer.Code, answer.Remark));
        Assert.Equal("{\"jstack\":\"main\"}", Encoding.UTF8.GetString(answer.Body.Span));
    }

    [Fact]
    public async Task RunningInfo_SaysWhy_WhenTheConsumersBrokerWasKilled()
    {
        await using BrokerClient consumer = await _cluster.ConnectAsync("broker-1", "worker-1");
        await consumer.HeartbeatAsync([ConsumerOf("workers")]);
        await using BrokerClient asking = await _cluster.ConnectAsync("broker-2", "operator");
        await BrokerCluster.UntilAsync(async () => (await asking.GetMembersAsync("workers")).Count == 1);
        await _cluster.KillAsync("broker-1");

        RemotingCommand answer = await asking.Connection.InvokeAsync(InfoOf("worker-1"), TimeSpan.FromSeconds(20));
        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.Contains("worker-1", answer.Remark, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reply_ReachesTheRequester_ThatIsConnectedToAnotherBroker()
    {
        await using BrokerClient requester = await _cluster.ConnectAsync("broker-0", "asker");
        var replied = new TaskCompletionSource<RemotingCommand>(TaskCreationOptions.RunContinuationsAsynchronously);
        requester.RequestHandler = request =>
        {
            replied.TrySetResult(request);
            return ValueTask.FromResult<RemotingCommand?>(new RemotingCommand { Code = (int)ResponseCode.Success });
        };
        await requester.HeartbeatAsync([]);
        await requester.SendAsync(new Message
        {
            Topic = "Questions",
            Body = "how much?"u8.ToArray(),
            Properties = new Dictionary<string, string>
            {
                ["CORRELATION_ID"] = "c-1", ["REPLY_TO_CLIENT"] = "asker", ["TTL"] = "3000",
            },
        });
        PullOutcome pulled = await requester.PullAsync(new PullRequest("workers", "Questions", 0, 0));

        await using BrokerClient replying = await _cluster.ConnectAsync("broker-2", "replier");
        await replying.ReplyAsync(pulled.Messages.Single(), "42 euros"u8.ToArray());

        RemotingCommand pushed = await replied.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((int)RequestCode.PushReplyMessageToClient, pushed.Code);
        Assert.Equal("42 euros", Encoding.UTF8.GetString(pushed.Body.Span));
        Assert.Contains("CORRELATION_ID\u0001c-1\u0002", pushed.Fields["properties"], StringComparison.Ordinal);

        await requester.DisposeAsync();
        await BrokerCluster.UntilAsync(() => BrokerCluster.LocalOf(_cluster.SiloOf("broker-0"))
            .Host.Node.Producers.FindClient("asker") is null);
        RemotingException refusal = await Assert.ThrowsAsync<RemotingException>(
            () => replying.ReplyAsync(pulled.Messages.Single(), "still 42"u8.ToArray()));
        Assert.Contains("'asker'", refusal.Message, StringComparison.Ordinal);
    }

    private static RemotingCommand InfoOf(string clientId)
    {
        RemotingCommand request = RemotingCommand.Request(RequestCode.GetConsumerRunningInfo, 0);
        request.Fields["consumerGroup"] = "workers";
        request.Fields["clientId"] = clientId;
        request.Fields["jstackEnable"] = "true";
        return request;
    }

    private static ConsumerData ConsumerOf(string group) => new()
    {
        GroupName = group,
        SubscriptionDataSet = [new SubscriptionData { Topic = "Questions", SubString = "*" }],
    };
}
