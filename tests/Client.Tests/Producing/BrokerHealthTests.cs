using OrleansMq.Client.Producing;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Tests.Time;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Tests.Producing;

public sealed class BrokerHealthTests
{
    private readonly SteppedTime _time = new();
    private readonly BrokerHealth _health;

    public BrokerHealthTests() => _health = new BrokerHealth(_time);

    [Theory]
    [InlineData(549, 0)]
    [InlineData(550, 20)]
    [InlineData(1_800, 30)]
    [InlineData(3_000, 60)]
    [InlineData(15_000, 180)]
    public void Answered_LeavesTheBrokerAlone_TheLongerTheSlowerItWas(int milliseconds, int avoidedSeconds)
    {
        _health.Answered("a", TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(avoidedSeconds > 0, _health.IsAvoided("a"));
        _time.Advance(TimeSpan.FromSeconds(avoidedSeconds));
        Assert.False(_health.IsAvoided("a"));
    }

    [Fact]
    public void Failed_LeavesTheBrokerAlone_LongerEachTimeUpToALimit()
    {
        List<double> seconds = [];
        for (int failure = 0; failure < 7; failure++)
        {
            _health.Failed("a");
            int waited = 0;
            for (; _health.IsAvoided("a"); waited++)
                _time.Advance(TimeSpan.FromSeconds(1));
            seconds.Add(waited);
        }

        Assert.Equal([1, 2, 4, 8, 16, 30, 30], seconds);
    }

    [Fact]
    public void Answered_ForgetsFailures_WhenTheBrokerIsFastAgain()
    {
        _health.Failed("a");
        _health.Answered("a", TimeSpan.FromMilliseconds(1));

        Assert.False(_health.IsAvoided("a"));
    }

    [Fact]
    public void Next_TakesQueuesOfWellBrokersInTurn_WhenOneIsAvoided()
    {
        _health.Failed("a");
        var chooser = new QueueChooser(_health);

        TopicQueue[] chosen = [.. Enumerable.Range(0, 4).Select(_ => chooser.Next(Route("a", "b"), null))];

        Assert.All(chosen, queue => Assert.Equal("b", queue.BrokerName));
        Assert.Equal(2, chosen.Distinct().Count());
    }

    [Fact]
    public void Next_TakesAnotherThanFailedLast_WhenAllAreAvoided()
    {
        _health.Failed("a");
        _health.Failed("b");

        Assert.Equal("b", new QueueChooser(_health).Next(Route("a", "b"), failedBroker: "a").BrokerName);
    }

    [Fact]
    public void Next_TakesTheOnlyBroker_WhenItFailedLast()
    {
        _health.Failed("a");

        Assert.Equal("a", new QueueChooser(_health).Next(Route("a"), failedBroker: "a").BrokerName);
    }

    /// <summary>In Java these are hashed to 99,162,322 and to the lowest of all numbers.</summary>
    [Theory]
    [InlineData("hello", 2)]
    [InlineData("polygenelubricants", 0)]
    public void Of_AgreesWithJavaClients_OnTheQueueOfAKey(string key, int index)
    {
        TopicRoute route = Route("a", "b");

        Assert.Equal(route.WriteQueues[index], QueueChooser.Of(route, key));
    }

    private static TopicRoute Route(params string[] brokers) => TopicRoute.Of("Orders", new TopicRouteData
    {
        BrokerDatas = [.. brokers.Select(name => new BrokerData
        {
            BrokerName = name, BrokerAddresses = new Dictionary<long, string> { [0] = $"{name}:9876" },
        })],
        QueueDatas = [.. brokers.Select(name => new QueueData
        {
            BrokerName = name, ReadQueueNums = 2, WriteQueueNums = 2, Perm = 6,
        })],
    });
}
