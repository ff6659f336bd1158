using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Popping;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Replies;
using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Sdk.Tests.Replies;

public sealed class RequestReplyTests : IAsyncLifetime
{
    private const string Topic = "Questions";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    private readonly SdkBroker _broker = SdkBroker.Start();
    private readonly OrleansMqClient _asking;
    private readonly OrleansMqClient _replying;
    private readonly Producer _producer;
    private readonly SimpleConsumer _consumer;

    public RequestReplyTests()
    {
        _asking = _broker.Connect(options => options with { MaxReconnectDelay = TimeSpan.FromMilliseconds(100) });
        _replying = _broker.Connect();
        _producer = _asking.CreateProducer();
        _consumer = _replying.CreateSimpleConsumer(new SimpleConsumerOptions("answerers", Topic));
    }

    public async Task InitializeAsync()
    {
        await using BrokerClient broker = await BrokerClient.ConnectAsync(_broker.Host.EndPoint!);
        await broker.CreateTopicAsync(Topic, 2);
    }

    public async Task DisposeAsync()
    {
        await _producer.DisposeAsync();
        await _consumer.DisposeAsync();
        await _asking.DisposeAsync();
        await _replying.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Request_GetsTheReplyToIt_WhenManyAreUnderWay()
    {
        Task<Reply>[] requests =
            [.. Enumerable.Range(0, 50).Select(number => _producer.RequestAsync(Of($"{number}"), Long))];

        for (int replied = 0; replied < requests.Length;)
        {
            foreach (PoppedMessage request in await _consumer.ReceiveAsync(32))
            {
                await _replying.ReplyAsync(
                    request.Message, Encoding.UTF8.GetBytes($"re: {Encoding.UTF8.GetString(request.Message.Body.Span)}"));
                await _consumer.AckAsync(request);
                replied++;
            }
        }

        Reply[] replies = await Task.WhenAll(requests);
        Assert.Equal(
            Enumerable.Range(0, 50).Select(number => $"re: {number}"),
            replies.Select(reply => Encoding.UTF8.GetString(reply.Body.Span)));
        Assert.Equal(0, _asking.Replies.Count);
    }

    [Fact]
    public async Task Request_GetsALongReply_ThatWasCompressed()
    {
        Task<Reply> request = _producer.RequestAsync(Of("long"), Long);
        byte[] body = new byte[50_000];

        await _replying.ReplyAsync((await ReceiveAsync()).Message, body);

        Assert.Equal(body, (await request).Body.ToArray());
    }

    [Fact]
    public async Task Request_SaysThatNobodyConsumes_WhenNobodyEverDid()
    {
        NoReplyException failure = await Assert.ThrowsAsync<NoReplyException>(
            () => _producer.RequestAsync(Of("hello?"), Short));

        Assert.Equal((false, Topic), (failure.HasConsumers, failure.Topic));
        Assert.Contains("no group has ever consumed", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, _asking.Replies.Count);
    }

    [Fact]
    public async Task Request_SaysThatItTookTooLong_WhenAConsumerDoesNotReply()
    {
        await _producer.SendAsync(Of("an earlier message"));
        await _consumer.AckAsync(await ReceiveAsync());

        NoReplyException failure = await Assert.ThrowsAsync<NoReplyException>(
            () => _producer.RequestAsync(Of("hello?"), Short));

        Assert.True(failure.HasConsumers);
        Assert.Equal((await ReceiveAsync()).Message.MessageId, failure.MessageId);
    }

    [Fact]
    public async Task Reply_IsRefused_WhenTheRequesterWaitsNoLonger()
    {
        await Assert.ThrowsAsync<NoReplyException>(() => _producer.RequestAsync(Of("late"), Short));

        RemotingException refusal = await Assert.ThrowsAsync<RemotingException>(
            async () => await _replying.ReplyAsync((await ReceiveAsync()).Message, "too late"u8.ToArray()));

        Assert.Equal(ResponseCode.SystemError, refusal.Code);
    }

    [Fact]
    public async Task Request_EndsAtOnce_WhenItIsCancelled()
    {
        using var stop = new CancellationTokenSource();
        Task<Reply> request = _producer.RequestAsync(Of("never mind"), Long, stop.Token);
        await ReceiveAsync();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, _asking.Replies.Count);
    }

    [Fact]
    public async Task Request_GetsItsReply_WhenTheBrokerIsRestartedMeanwhile()
    {
        Task<Reply> request = _producer.RequestAsync(Of("patience"), Long);
        PoppedMessage taken = await ReceiveAsync();

        await _broker.RestartAsync();

        while (!request.IsCompleted)
        {
            try
            {
                await _replying.ReplyAsync(taken.Message, "here"u8.ToArray());
                break;
            }
            catch (Exception cause) when (cause is RemotingException or ConnectionLostException)
            {
                // The requester is not back yet.
                await Task.Delay(5);
            }
        }

        Assert.Equal("here"u8.ToArray(), (await request).Body.ToArray());
    }

    [Fact]
    public async Task Reply_SaysWhatIsWrong_WhenTheMessageIsNoRequest()
    {
        await _producer.SendAsync(Of("just a message"));

        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(
            async () => await _replying.ReplyAsync((await ReceiveAsync()).Message, default));

        Assert.Contains("REPLY_TO_CLIENT", refusal.Message, StringComparison.Ordinal);
    }

    private static Message Of(string body) => new() { Topic = Topic, Body = Encoding.UTF8.GetBytes(body) };

    private async Task<PoppedMessage> ReceiveAsync() => Assert.Single(await _consumer.ReceiveAsync());
}
