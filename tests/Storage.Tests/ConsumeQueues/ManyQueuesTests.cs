using System.Globalization;
using System.Runtime.Versioning;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.ConsumeQueues;

/// <summary>A broker with very many queues stays within what the kernel allows a process.</summary>
[SupportedOSPlatform("linux")]
public sealed class ManyQueuesTests
{
    private const int Topics = 250;
    private const int QueuesPerTopic = 200;

    /// <summary>The default of <c>vm.max_map_count</c>.</summary>
    private const int MapLimit = 65_530;

    private const int DescriptorLimit = 20_000;

    [Fact]
    public void Store_StaysWithinTheKernelsLimits_WithFiftyThousandQueues()
    {
        using var test = new TestStore(options =>
        {
            var defaults = new StoreOptions { Directory = options.Directory };
            options.CommitLogFileBytes = 64 * 1024 * 1024;
            Assert.Equal(defaults.MaxMappedConsumeQueueFiles, options.MaxMappedConsumeQueueFiles);
        });
        SendToEach(test, 0);
        RequireWithinLimits(test);
        test.Store.Flush();
        test.Store.Checkpoint();
        RequireWithinLimits(test);
        RequireAllThere(test, 1);

        test.Reopen();
        RequireAllThere(test, 1);
        SendToEach(test, 1);

        // Abandoned before its checkpoint: recovery makes every queue's second entry anew from the log.
        using TestStore killed = test.Killed();
        killed.Open();
        RequireAllThere(killed, 2);
        RequireWithinLimits(killed);
    }

    private static void SendToEach(TestStore test, int round)
    {
        for (int topic = 0; topic < Topics; topic++)
        {
            string name = NameOf(topic);
            test.Send([.. Enumerable.Range(0, QueuesPerTopic).Select(queue => MessageOf(name, queue, round))]);
            if (topic % 50 == 0)
                RequireWithinLimits(test);
        }
    }

    private static void RequireAllThere(TestStore test, int rounds)
    {
        for (int topic = 0; topic < Topics; topic++)
        {
            string name = NameOf(topic);
            for (int queue = 0; queue < QueuesPerTopic; queue++)
            {
                Message[] expected = [.. Enumerable.Range(0, rounds).Select(round => MessageOf(name, queue, round))];
                Assert.Equal(expected, test.Store.ReadAll(name, queue).Select(found => found.Message));
            }

            if (topic % 50 == 0)
                RequireWithinLimits(test);
        }
    }

    private static void RequireWithinLimits(TestStore test)
    {
        // The store's own bound, which other stores in the process do not blur.
        Assert.InRange(test.Store.Queues.MappedFiles, 1, test.Options.MaxMappedConsumeQueueFiles);
        Assert.InRange(File.ReadLines("/proc/self/maps").Count(), 1, MapLimit);
        Assert.InRange(Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(), 1, DescriptorLimit);
    }

    private static string NameOf(int topic) => string.Create(CultureInfo.InvariantCulture, $"topic-{topic}");

    private static Message MessageOf(string topic, int queueId, int round) => new(topic, queueId, $"{topic} {queueId} {round}");
}
