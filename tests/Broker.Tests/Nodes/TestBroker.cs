using System.Globalization;
using System.Net;
using System.Text;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Pulling;
using OrleansMq.Broker.Sending;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage;
using OrleansMq.Storage.Files;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>A broker on real files in a directory of its own; the test moves its clock and steps its workers.</summary>
internal sealed class TestBroker : IDisposable
{
    private static readonly BrokerIdentity Identity =
        new("DefaultCluster", "broker-a", new IPEndPoint(IPAddress.Loopback, 9876));

    private BrokerNode? _node;

    public TestBroker(Action<BrokerOptions>? configure = null)
    {
        configure?.Invoke(Options);
        Store = new StoreOptions
        {
            Directory = Directory.CreateTempSubdirectory("omq-broker-").FullName,
            CommitLogFileBytes = 256 * 1024,
            ConsumeQueueFileEntries = 64,
            IndexFileSlots = 64,
            IndexFileEntries = 256,
            MaxMessageBytes = 32 * 1024,
            DiskCleanRatio = 1,
            DiskFullRatio = 1,
        };
        Open();
    }

    public BrokerOptions Options { get; } = new();

    public StoreOptions Store { get; }

    public ManualTime Time { get; } = new();

    public FailingFiles Files { get; } = new(new MappedFileSystem());

    public SilentChannels Channels { get; } = new();

    public RecordingLogger Logger { get; } = new();

    public BrokerNode Node => _node ?? throw new InvalidOperationException("The broker is closed.");

    public string OffsetsPath => Path.Combine(Store.Directory, "config", "consumerOffset.json");

    /// <summary>Closes the broker, lets a test change its files, and opens it again.</summary>
    public void Reopen(Action? whileClosed = null)
    {
        _node?.Dispose();
        _node = null;
        whileClosed?.Invoke();
        Open();
    }

    /// <summary>
    /// Ends the broker as <c>kill -9</c> does and opens what is on its disk: the files as they are at this moment, with
    /// nothing flushed, finished or checkpointed.
    /// </summary>
    /// <param name="whileDead">Lets a test change the files.</param>
    public void Crash(Action? whileDead = null)
    {
        string copy = Store.Directory + "-crashed";
        CopyAll(Store.Directory, copy);
        Reopen(() =>
        {
            Directory.Delete(Store.Directory, recursive: true);
            Directory.Move(copy, Store.Directory);
            whileDead?.Invoke();
        });
    }

    /// <summary>Closes the broker, takes away the snapshot of an index, which must be there, and opens it again.</summary>
    public void LoseSnapshot(string name) => Reopen(() =>
    {
        string path = Path.Combine(Store.Directory, "config", name);
        Assert.True(File.Exists(path), $"There is no '{path}'.");
        File.Delete(path);
    });

    /// <summary>Has the disk be full, or have space again, and lets the broker find out.</summary>
    public void FillDisk(bool isFull)
    {
        Files.IsFull = isFull;
        Time.Advance(TimeSpan.FromSeconds(2));
        Step("omq-clean");
        Step("omq-prepare");
    }

    /// <summary>Has the disk fail under the next flush, which seals the store until it is opened again.</summary>
    public void FailDisk()
    {
        Files.RefusesFlushes = true;
        Send("Orders", "is flushed in vain");
        Step("omq-flush");
        Files.RefusesFlushes = false;
    }

    /// <summary>Sends the messages of a batch body; tells the places of all, too.</summary>
    public (SendResult Result, List<long> Places) SendBatch(string topic, byte[] items)
    {
        RemotingCommand command = RemotingCommand.Request(RequestCode.SendMessage, 1);
        command.Body = items;
        Fill(
            command, ("producerGroup", "producers"), ("topic", topic), ("defaultTopic", "TBW102"),
            ("defaultTopicQueueNums", 4), ("queueId", 0), ("sysFlag", 0), ("bornTimestamp", Time.Milliseconds),
            ("flag", 0), ("properties", ""), ("reconsumeTimes", 0), ("batch", "true"));
        Assert.True(SendMessageRequest.TryRead(Read(command), out SendMessageRequest request, out string? problem), problem);
        var places = new List<long>();
        return (Node.Sender.Send(request, Identity.StoreHost, places), places);
    }

    /// <summary>Lets a worker do a step.</summary>
    public void Step(string worker) => Node.Workers.Single(candidate => candidate.Name == worker).PumpOnce();

    /// <summary>Sends a message and dispatches it.</summary>
    public SendResult Send(
        string topic, string body, int queueId = 0, string properties = "", int reconsumeTimes = 0,
        SystemFlags flags = SystemFlags.None, bool isDispatched = true)
    {
        RemotingCommand command = RemotingCommand.Request(RequestCode.SendMessage, 1);
        command.Body = Encoding.UTF8.GetBytes(body);
        Fill(
            command, ("producerGroup", "producers"), ("topic", topic), ("defaultTopic", "TBW102"),
            ("defaultTopicQueueNums", 4), ("queueId", queueId), ("sysFlag", (int)flags),
            ("bornTimestamp", Time.Milliseconds), ("flag", 0), ("properties", properties),
            ("reconsumeTimes", reconsumeTimes));
        bool isRead = SendMessageRequest.TryRead(Read(command), out SendMessageRequest request, out string? problem);
        Assert.True(isRead, problem);
        SendResult result = Node.Sender.Send(request, Identity.StoreHost, []);
        while (result.Missing is not null && Provide(result.Missing) is var refusal)
        {
            if (refusal is not null)
                return new SendResult(refusal.Code, refusal.Problem, default, -1, false);
            result = Node.Sender.Send(request, Identity.StoreHost, []);
        }

        if (isDispatched)
            Node.Pump();
        return result;
    }

    /// <summary>Pulls from a queue without waiting.</summary>
    public (PullOutcome Outcome, ReceivedRecord[] Records) Pull(
        string topic, int queueId = 0, long offset = 0, string group = "consumers", string expression = "*",
        string expressionType = "TAG")
    {
        RemotingCommand command = RemotingCommand.Request(RequestCode.PullMessage, 1);
        Fill(
            command, ("consumerGroup", group), ("topic", topic), ("queueId", queueId), ("queueOffset", offset),
            ("maxMsgNums", 32), ("sysFlag", (int)PullFlags.Subscription), ("commitOffset", 0),
            ("suspendTimeoutMillis", 0), ("subscription", expression), ("subVersion", 1),
            ("expressionType", expressionType));
        bool isRead = PullMessageRequest.TryRead(Read(command), out PullMessageRequest request, out string? problem);
        Assert.True(isRead, problem);
        using var body = new OutputBuffer();
        PullOutcome outcome = Node.Puller.Pull(request, "client-1", body);
        if (outcome.Missing is not null)
        {
            Assert.Null(Provide(outcome.Missing));
            outcome = Node.Puller.Pull(request, "client-1", body);
        }

        return (outcome, ReceivedRecord.ReadAll(body.WrittenSpan));
    }

    /// <summary>All bodies of a queue, in their order.</summary>
    public string[] BodiesOf(string topic, int queueId = 0) =>
        [.. Pull(topic, queueId).Records.Select(record => record.Body)];

    /// <summary>Pulls and waits for up to ten seconds of the test's clock.</summary>
    public TestPull Hold(string topic, long offset, string expression = "*", string expressionType = "TAG")
    {
        PullOutcome outcome = Pull(topic, 0, offset, expression: expression, expressionType: expressionType).Outcome;
        Assert.True(outcome.MayHold);
        var pull = new TestPull
        {
            Queue = outcome.Queue!,
            Offset = outcome.Result.NextOffset,
            MaxCount = 32,
            MaxBytes = 4096,
            Filter = outcome.Filter,
            Group = outcome.Group,
            Client = "client-2",
            DeadlineMilliseconds = Time.Milliseconds + 10_000,
        };
        Node.Hold(pull);
        return pull;
    }

    /// <summary>Sends a message back for another try.</summary>
    public SendResult SendBack(
        ReceivedRecord record, int maxTimes, string group = "consumers", int level = 0, string consumer = "consumer-1",
        Func<ConsumerSendMessageBackRequest, ConsumerSendMessageBackRequest>? change = null)
    {
        var request = new ConsumerSendMessageBackRequest(
            record.PhysicalOffset, group, level, null, null, false, maxTimes);
        request = change?.Invoke(request) ?? request;
        SendResult result = Node.SendBacks.Take(request, consumer);
        while (result.Missing is not null)
        {
            Assert.Null(Provide(result.Missing));
            result = Node.SendBacks.Take(request, consumer);
        }

        Node.Pump();
        return result;
    }

    /// <summary>Has the broker create what a request lacks; one process decides at once.</summary>
    private MetadataRefusal? Provide(MissingMetadata missing)
    {
        Task<MetadataRefusal?> provided = missing.ProvideAsync(Node.ControlPlane).AsTask();
        Assert.True(provided.IsCompleted);
        return provided.GetAwaiter().GetResult();
    }

    /// <summary>Delivers what is due after the time has passed.</summary>
    public void Deliver(TimeSpan after)
    {
        Time.Advance(after);
        Step("omq-timer");
    }

    public void Dispose()
    {
        _node?.Dispose();
        Directory.Delete(Store.Directory, recursive: true);
    }

    private static void CopyAll(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string directory in Directory.GetDirectories(from))
            CopyAll(directory, Path.Combine(to, Path.GetFileName(directory)));

        // The lock is the one thing that does not outlive a process.
        foreach (string file in Directory.GetFiles(from).Where(file => Path.GetFileName(file) != "lock"))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private static CommandReader Read(RemotingCommand command)
    {
        using var output = new OutputBuffer();
        command.WriteTo(output);
        var reader = new CommandReader();
        Assert.Equal(CommandDefect.None, reader.Read(output.WrittenSpan[FrameReader.PrefixBytes..].ToArray()));
        return reader;
    }

    private static void Fill(RemotingCommand command, params (string Name, object Value)[] fields)
    {
        foreach ((string name, object value) in fields)
            command.Fields[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }

    private void Open() => _node = BrokerNode.Open(
        Identity, Options, Store, Files, Channels, Time, Logger);
}
