using System.Text.Json;
using OrleansMq.Streams.Delivery;
using OrleansMq.Streams.Events;
using OrleansMq.Streams.Queues;
using OrleansMq.Streams.Topics;

namespace OrleansMq.Streams.Tests;

public sealed class DecisionTests
{
    [Theory]
    [InlineData("", "a", 0)]
    [InlineData("4711", "a", 0)]
    [InlineData("customer-7", "b", 1)]
    [InlineData("polygenelubricants", "b", 1)]
    public void Route_PicksTheQueueThatJavaPicks(string key, string broker, int queue)
    {
        var route = new StreamRoute("T", [new BrokerQueues("a", 2), new BrokerQueues("b", 3)], 0);
        Assert.Equal(new StreamQueueId("T", broker, queue), route.QueueOf(key));
    }

    [Fact]
    public void Route_IsReadAsItWasWritten()
    {
        var route = new StreamRoute("T", [new BrokerQueues("a", 2), new BrokerQueues("b", 3)], 12);
        Assert.Equal("12 a:2;b:3", route.ToString());
        StreamRoute read = StreamRoute.TryParse("T", route.ToString())!;
        Assert.Equal((route.SinceMilliseconds, 2), (read.SinceMilliseconds, read.Brokers.Count));
        Assert.Equal(route.Brokers, read.Brokers);
        Assert.All(["", "1", "x a:1", "1 a", "1 a:0", "1 a:x"], text => Assert.Null(StreamRoute.TryParse("T", text)));
    }

    [Fact]
    public void Token_OrdersEventsOfAQueue_AndPassesOverNothingOfAnother()
    {
        var token = new OrleansMqToken(7, 10, 1);
        Assert.True(token.CompareTo(new OrleansMqToken(7, 9, 5)) > 0);
        Assert.True(token.CompareTo(new OrleansMqToken(7, 10, 2)) < 0);
        Assert.Equal(0, token.CompareTo(new OrleansMqToken(7, 10, 1)));
        Assert.True(token.CompareTo(new OrleansMqToken(8, 99)) > 0);
        Assert.True(new OrleansMqToken(8, 99).CompareTo(token) > 0);
        Assert.True(token.CompareTo(OrleansMqToken.At(DateTimeOffset.MaxValue)) > 0);
        Assert.True(OrleansMqToken.At(DateTimeOffset.MaxValue).CompareTo(token) < 0);
        Assert.NotEqual<object>(token, new OrleansMqToken(8, 10, 1));
    }

    [Fact]
    public void Token_IsReadFromJsonAsItWasWritten()
    {
        foreach (OrleansMqToken token in new[] { new OrleansMqToken(7, 10, 1), OrleansMqToken.At(DateTimeOffset.UnixEpoch.AddDays(1)) })
            Assert.Equal(token, JsonSerializer.Deserialize<OrleansMqToken>(JsonSerializer.Serialize(token)));
    }

    [Fact]
    public void RecentMessages_DropTheOldest_AndLinkThoseOfAStream()
    {
        var recent = new RecentMessages(maxCount: 3, maxBytes: 100);
        recent.Begin(5);
        StreamMessage first = MessageOf(5, "a");
        recent.Add([first, MessageOf(6, "b"), MessageOf(7, "a")], 8);
        Assert.Equal((5, 8, 7), (recent.Start, recent.End, first.NextOfStream));

        recent.Add([MessageOf(8, "a")], 9);
        Assert.Equal((6, 9), (recent.Start, recent.End));
        Assert.False(recent.Holds(first));
        Assert.Null(recent.Find(5));
        Assert.Equal(8, recent.Find(7)!.NextOfStream);

        // One that alone is too big is kept: it is about to be given to somebody.
        recent.Add([MessageOf(9, "a", bytes: 200)], 10);
        Assert.Equal((9, 10), (recent.Start, recent.End));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(3, 8)]
    [InlineData(4, 10)]
    [InlineData(10_000, 10)]
    public void Backoff_DoublesUpToTheLongest(int attempt, int seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds), new RetryBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)).Next(attempt));

    [Fact]
    public void Options_NameEveryProblem()
    {
        Assert.Empty(new OrleansMqStreamOptions().Validate());
        var options = new OrleansMqStreamOptions
        {
            ConsumerGroup = "no group!",
            KeyProperty = "",
            QueuesPerBroker = 0,
            ReadBatch = 5_000,
            RetryFor = TimeSpan.Zero,
            MaxRetryDelay = TimeSpan.FromMilliseconds(5),
            Topics = { ["a"] = "no topic!", ["b"] = "same", ["c"] = "same" },
        };
        string problems = string.Join('\n', options.Validate());
        Assert.All(
            ["ConsumerGroup", "KeyProperty is ''", "QueuesPerBroker is 0; allowed is 1 to 1024", "ReadBatch is 5000", "RetryFor",
                "MaxRetryDelay is 00:00:00.0050000", "Topics:a", "'same' is the topic of more than one namespace"],
            problem => Assert.Contains(problem, problems, StringComparison.Ordinal));
    }

    private static StreamMessage MessageOf(long offset, string key, int bytes = 1) => new()
    {
        Offset = offset,
        Stream = StreamId.Create("T", key),
        Body = new byte[bytes],
        IsOrleans = false,
    };
}
