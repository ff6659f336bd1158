using System.Text.Json;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Tests.Clustering;

public sealed class ClusterDirectoryTests
{
    private static readonly BrokerOptions Options = new() { MaxTopics = 40, MaxConsumerGroups = 40 };
    private static readonly BrokerRegistration First = new("a", "10.0.0.1:9876", "silo-1");

    [Fact]
    public void Register_IsRefused_WhileAnotherLivingSiloHasTheName()
    {
        ClusterDirectory directory = new ClusterDirectory().Register(First, _ => true, out string? problem);
        Assert.Null(problem);
        BrokerRegistration second = First with { Silo = "silo-2", Address = "10.0.0.2:9876" };
        Assert.Same(directory, directory.Register(second, silo => silo == "silo-1", out problem));
        Assert.Contains("'a' belongs to the silo silo-1 at 10.0.0.1:9876", problem, StringComparison.Ordinal);

        ClusterDirectory after = directory.Register(second, _ => false, out problem);
        Assert.Null(problem);
        Assert.Equal((second, 2L), (after.Brokers["a"], after.Version));
        Assert.Same(after, after.Register(second, _ => true, out _));
    }

    [Fact]
    public void Release_FreesTheName_WhenItsOwnerSaysSo()
    {
        ClusterDirectory directory = new ClusterDirectory().Register(First, _ => true, out _);
        Assert.Same(directory, directory.Release("a", "silo-2"));
        Assert.Same(directory, directory.Release("b", "silo-1"));
        ClusterDirectory released = directory.Release("a", "silo-1");
        Assert.Equal(BrokerRegistration.NoSilo, released.Brokers["a"].Silo);
        released.Register(First with { Silo = "silo-2" }, silo => silo != BrokerRegistration.NoSilo, out string? problem);
        Assert.Null(problem);
    }

    [Fact]
    public void Broker_StaysDrained_WhenItRegistersAgain()
    {
        ClusterDirectory directory = new ClusterDirectory().Register(First, _ => true, out _)
            .SetWritable("a", false, out string? problem);
        Assert.Null(problem);
        directory = directory.Register(First with { Silo = "silo-9" }, _ => false, out _);
        Assert.False(directory.Brokers["a"].IsWritable);
        directory.SetWritable("b", false, out problem);
        Assert.Equal("There is no broker 'b'; there are a.", problem);
    }

    [Fact]
    public void Announce_TakesNewerEntriesOnly()
    {
        ClusterDirectory directory = new ClusterDirectory().Announce(Topic("t", 3), Options, out _);
        Assert.Same(directory, directory.Announce(Topic("t", 3), Options, out _));
        Assert.Same(directory, directory.Announce(Topic("t", 2), Options, out _));
        Assert.Equal(2, directory.Announce(Topic("t", 4), Options, out _).Version);
    }

    [Fact]
    public void Announce_IsRefused_WhenThereAreTooMany()
    {
        var directory = new ClusterDirectory();
        for (int number = 0; number < 40; number++)
        {
            directory = directory.Announce(Topic($"t{number}", 1), Options, out _)
                .Announce(Group($"g{number}", 1), Options, out _);
        }

        directory.Announce(Topic("more", 1), Options, out string? topicProblem);
        directory.Announce(Group("more", 1), Options, out string? groupProblem);
        Assert.Contains("raise MaxTopics", topicProblem, StringComparison.Ordinal);
        Assert.Contains("raise MaxConsumerGroups", groupProblem, StringComparison.Ordinal);
        Assert.Equal(81, directory.Announce(Topic("t7", 2), Options, out _).Version);
    }

    [Fact]
    public void ChangesSince_AreEverything_ForWhoKnowsNothingOrTooLittleOrTooMuch()
    {
        var many = new BrokerOptions();
        ClusterDirectory directory = new ClusterDirectory().Register(First, _ => true, out _)
            .Announce(Topic("kept", 1), many, out _);
        for (int number = 0; number <= ClusterDirectory.MaxTombstones; number++)
            directory = directory.Announce(new TopicEntry($"gone{number}", null, [], 1), many, out _);

        Assert.Equal(3, directory.ForgottenUntil);
        foreach (long known in new[] { 0, 2, directory.Version + 1 })
        {
            DirectoryChanges all = directory.ChangesSince(known);
            Assert.Equal((0, directory.Version), (all.After, all.Version));
            Assert.Contains(all.Topics, topic => topic.Name == "kept");
            Assert.DoesNotContain(all.Topics, topic => topic.Name == "gone0");
        }

        DirectoryChanges last = directory.ChangesSince(directory.Version - 1);
        Assert.Equal((directory.Version - 1, $"gone{ClusterDirectory.MaxTombstones}"), (last.After, last.Topics.Single().Name));
    }

    [Fact]
    public void Directory_IsTheSame_AfterItWasStoredAndRead()
    {
        ClusterDirectory directory = new ClusterDirectory().Register(First, _ => true, out _)
            .Announce(Topic("t", 1), Options, out _).Announce(Group("g", 1), Options, out _);
        ClusterDirectory read = JsonSerializer.Deserialize<ClusterDirectory>(JsonSerializer.Serialize(directory))!;
        Assert.Equal(JsonSerializer.Serialize(directory.ChangesSince(0)), JsonSerializer.Serialize(read.ChangesSince(0)));
        Assert.Equal(4, read.Announce(Topic("t", 2), Options, out _).Version);
    }

    /// <summary>
    /// Goal: a reader that asks at any moments ends with what the directory says. Method: random changes, random
    /// questions, seeded.
    /// </summary>
    [Fact]
    public void Reader_EndsWithWhatTheDirectorySays_WheneverItAsks()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var directory = new ClusterDirectory();
            var reader = new Dictionary<string, TopicEntry>();
            long known = 0;
            for (int step = 0; step < 100; step++)
            {
                string name = $"t{random.Next(10)}";
                long version = (directory.Topics.GetValueOrDefault(name)?.Entry.Version ?? 0) + random.Next(2);
                TopicEntry entry = Topic(name, version);
                directory = directory.Announce(random.Next(4) == 0 ? entry with { Config = null } : entry, Options, out _);
                if (random.Next(5) != 0)
                    continue;

                DirectoryChanges changes = directory.ChangesSince(known);
                foreach (TopicEntry topic in changes.Topics)
                    reader[topic.Name] = topic;
                known = changes.Version;
                Assert.Equal(directory.Topics.Values.Select(topic => topic.Entry).ToHashSet(), [.. reader.Values]);
            }
        }
    }

    private static TopicEntry Topic(string name, long version) => new(name, new TopicConfig { Name = name }, ["a"], version);

    private static GroupEntry Group(string name, long version) => new(name, new SubscriptionGroupConfig { Name = name }, version);
}
