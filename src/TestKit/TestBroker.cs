using System.Net;
using OrleansMq.Client;
using OrleansMq.Client.InProcess;
using OrleansMq.Client.Transports;
using OrleansMq.Gateway.Hosting;
using OrleansMq.TestKit.Faults;
using OrleansMq.TestKit.Messages;
using OrleansMq.TestKit.Time;

namespace OrleansMq.TestKit;

/// <summary>
/// A real broker in the process of a test: with a store of its own, which goes with it, with a clock that the test
/// moves, and with faults that the test switches on. Thread-safe; several run side by side.
/// </summary>
/// <example><code>
/// await using TestBroker broker = await TestBroker.StartAsync();
/// await using OrleansMqClient mq = broker.CreateClient();
/// </code></example>
public sealed class TestBroker : IAsyncDisposable
{
    /// <summary>How often a condition is looked at that is waited for.</summary>
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(5);

    /// <summary>What one worker did may be work for another; more rounds than any chain of them is long.</summary>
    private const int MaxRounds = 50;

    /// <summary>Rounds in a row without a change after which nothing is due.</summary>
    private const int QuietRounds = 3;

    private readonly TestBrokerOptions _options;
    private readonly string _directory;
    private readonly StoreProbe _probe;
    private readonly Timer _answering;
    private int _isDisposed;

    private TestBroker(TestBrokerOptions options, string directory, ManualTime time, BrokerHost host)
    {
        _options = options;
        _directory = directory;
        Time = time;
        Host = host;
        Faults = new BrokerFaults();
        Transport = new InProcessTransport(host);
        _probe = new StoreProbe(host.Node);
        _answering = new Timer(_ => AnswerHeld(), null, options.LongestHold, options.LongestHold);
        time.NextStop = NextDue;
        time.Moved = CatchUp;
    }

    /// <summary>
    /// The broker's clock. Moving it returns when all that became due is done: delayed messages and retries are in
    /// their topics, invisible messages can be received again, topics are cut to their retention, pulls and pops whose
    /// time is over are answered.
    /// </summary>
    public ManualTime Time { get; }

    /// <summary>How clients of the process reach it.</summary>
    public IBrokerTransport Transport { get; }

    /// <summary>What goes wrong.</summary>
    public BrokerFaults Faults { get; }

    /// <summary>Where clients of RocketMQ find it; null without <see cref="TestBrokerOptions.Port"/>.</summary>
    public IPEndPoint? EndPoint => Host.EndPoint;

    /// <summary>The broker itself, for what has no method here.</summary>
    public BrokerHost Host { get; }

    /// <summary>Messages that wait for their time: delayed ones and retries.</summary>
    public int DelayedCount => Host.Node.Delayed.Count;

    /// <summary>Starts a broker.</summary>
    /// <param name="options">What it is like; null for the defaults.</param>
    /// <exception cref="SettingsException">Options of the broker are wrong.</exception>
    public static Task<TestBroker> StartAsync(TestBrokerOptions? options = null)
    {
        options ??= TestBrokerOptions.Default;

        // Opening files is no work for the thread of a test.
        return Task.Run(() => Start(options));
    }

    /// <summary>A client that reaches the broker in the process. To be disposed before the broker.</summary>
    /// <param name="options">The client's options; their transport is replaced. Null for the defaults.</param>
    public OrleansMqClient CreateClient(ClientOptions? options = null) =>
        new((options ?? new ClientOptions()) with { Transport = Transport });

    /// <summary>Creates a topic, or changes it.</summary>
    /// <param name="topic">Its name.</param>
    /// <param name="queues">How many queues it has.</param>
    /// <param name="attributes">Changes of its attributes, such as <c>+retention.hours=1</c>.</param>
    /// <exception cref="RemotingException">The broker refuses it.</exception>
    public async Task CreateTopicAsync(string topic, int queues = 1, string attributes = "")
    {
        await using BrokerClient client = await BrokerClient.ConnectAsync(Transport, InProcessTransport.ThisProcess)
            .ConfigureAwait(false);
        await client.CreateTopicAsync(topic, queues, attributes).ConfigureAwait(false);
    }

    /// <summary>
    /// The messages of a topic, in the order in which they were stored, whoever has consumed them; none for a topic
    /// that does not exist.
    /// </summary>
    public IReadOnlyList<StoredMessage> MessagesOf(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return _probe.MessagesOf(topic);
    }

    /// <summary>What became a dead letter of a group.</summary>
    public IReadOnlyList<StoredMessage> DeadLettersOf(string group) => MessagesOf("%DLQ%" + group);

    /// <summary>How many messages a group has not acknowledged yet.</summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">The topic; null for all that it consumes.</param>
    /// <exception cref="InvalidOperationException">The broker does not know the group.</exception>
    public long LagOf(string group, string? topic = null) => _probe.LagOf(group, topic)
        ?? throw new InvalidOperationException($"No client of the group '{group}' has come yet.\n{_probe.Describe()}");

    /// <summary>Waits until a topic has so many messages, and returns them.</summary>
    /// <exception cref="TimeoutException">It does not get them; the message says what there is.</exception>
    public async Task<IReadOnlyList<StoredMessage>> WaitUntilMessagesAsync(
        string topic, int count, TimeSpan? patience = null)
    {
        IReadOnlyList<StoredMessage> messages = [];
        await WaitUntilAsync(
            () => (messages = MessagesOf(topic)).Count >= count,
            $"the topic '{topic}' has {count} messages", patience).ConfigureAwait(false);
        return messages;
    }

    /// <summary>Waits until a group has acknowledged everything that it consumes.</summary>
    /// <exception cref="TimeoutException">It does not; the message says how far it is.</exception>
    public Task WaitUntilConsumedAsync(string group, string? topic = null, TimeSpan? patience = null) =>
        WaitUntilAsync(
            () => _probe.LagOf(group, topic) == 0,
            $"the group '{group}' has consumed {topic ?? "everything"}", patience);

    /// <summary>Waits until something holds. The broker's clock stands meanwhile.</summary>
    /// <param name="condition">What is waited for.</param>
    /// <param name="what">The same in words, for the failure.</param>
    /// <param name="patience">How long, in real time; null for <see cref="TestBrokerOptions.Patience"/>.</param>
    /// <exception cref="TimeoutException">It does not come true; the message says what the broker has.</exception>
    public async Task WaitUntilAsync(Func<bool> condition, string what, TimeSpan? patience = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        TimeSpan limit = patience ?? _options.Patience;
        long began = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(began) > limit)
            {
                throw new TimeoutException(
                    $"It did not come true within {limit.TotalSeconds:0.###} s that {what}.\n{_probe.Describe()}");
            }

            await Task.Delay(s_glance).ConfigureAwait(false);
        }
    }

    /// <summary>Stops the broker and removes its store.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        Time.Moved = static _ => { };
        Time.NextStop = static () => null;
        await _answering.DisposeAsync().ConfigureAwait(false);
        Faults.Clear();
        await Host.DisposeAsync().ConfigureAwait(false);
        Directory.Delete(_directory, recursive: true);
    }

    private static TestBroker Start(TestBrokerOptions options)
    {
        string directory = Directory.CreateTempSubdirectory("omq-test-").FullName;
        BrokerHost? host = null;
        try
        {
            DateTimeOffset now = DateTimeOffset.UtcNow;
            var time = new ManualTime(options.StartTime ?? now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)));
            host = BrokerHost.Open(TestBrokerSettings.Of(options, directory), time, options.Loggers);
            var broker = new TestBroker(options, directory, time, host);
            host.Listen(handler => new FaultyHandler(handler, broker.Faults));
            return broker;
        }
        catch
        {
            host?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    /// <summary>The clock stops for each message, so that each is stored at its time.</summary>
    private DateTimeOffset? NextDue() =>
        Host.Node.Delayed.NextDue is { } due ? DateTimeOffset.FromUnixTimeMilliseconds(due) : null;

    /// <summary>Does what is due, and what that made due, until nothing changes any more.</summary>
    private void CatchUp(bool isLast)
    {
        (long, long, int) before = default;
        int enough = isLast ? QuietRounds : 1;
        for (int round = 0, quiet = 0; round < MaxRounds && quiet < enough; round++)
        {
            Host.CatchUpAsync().GetAwaiter().GetResult();
            Host.Node.Pump();
            (long, long, int) after = (
                Host.Node.Store.Log.AppendedUntil, Host.Node.Store.Log.MinOffset, Host.Node.Delayed.Count);
            quiet = after == before ? quiet + 1 : 0;
            before = after;
        }
    }

    /// <summary>Nobody's real time-out may pass because the broker's clock stands.</summary>
    private void AnswerHeld()
    {
        Host.Node.Puller.AnswerHeld();
        Host.Node.Popper.AnswerHeld();
    }
}
