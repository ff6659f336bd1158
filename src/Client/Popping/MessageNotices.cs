using System.Collections.Concurrent;
using OrleansMq.Client.Brokers;
using OrleansMq.Client.Transports;

namespace OrleansMq.Client.Popping;

/// <summary>
/// Waits at all brokers of a topic until one of them has something to pop. A notice takes no message, so that giving up
/// the wait loses nothing; one that is not over serves the next who waits. Thread-safe.
/// </summary>
internal sealed class MessageNotices(OrleansMqClient client, SimpleConsumerOptions options) : IDisposable
{
    /// <summary>
    /// A broker says that there are messages also when those may not be had now, since earlier ones of their key are
    /// not acknowledged; it is not asked again at once.
    /// </summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Whether nobody is to wait any more.</summary>
    public bool IsDisposed => _stopping.IsCancellationRequested;

    /// <summary>Completes when one of the brokers may have something, or cannot be asked now.</summary>
    public async Task WaitAsync(
        IReadOnlyList<BrokerAddress> brokers, TimeSpan wait, CancellationToken cancellation)
    {
        Task any = Task.WhenAny(brokers.Select(Of));
        await any.WaitAsync(wait, client.Options.Time, cancellation)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>A broker gave messages: what it says next counts at once.</summary>
    public void Gave(BrokerAddress broker)
    {
        if (_entries.TryGetValue(broker.BrokerName!, out Entry? entry))
            Volatile.Write(ref entry.Disappointments, 0);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private Task Of(BrokerAddress broker)
    {
        Entry entry = _entries.GetOrAdd(broker.BrokerName!, static _ => new Entry());
        lock (entry)
        {
            if (entry.Notice is not { IsCompleted: false })
            {
                ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, typeof(SimpleConsumer));
                entry.Notice = AskAsync(entry, broker, _stopping.Token);
            }

            return entry.Notice;
        }
    }

    /// <summary>Never fails.</summary>
    private async Task AskAsync(Entry entry, BrokerAddress address, CancellationToken stopping)
    {
        try
        {
            int disappointments = Volatile.Read(ref entry.Disappointments);
            if (disappointments > 0)
                await Task.Delay(PauseAfter(disappointments), client.Options.Time, stopping).ConfigureAwait(false);
            BrokerClient broker = await client.Connections.GetAsync(address, stopping).ConfigureAwait(false);
            if (await broker.HasMessagesAsync(options.Group, options.Topic, HoldTime, stopping).ConfigureAwait(false))
                Interlocked.Increment(ref entry.Disappointments);
        }
        catch (Exception cause) when (cause is OperationCanceledException || Failures.IsOfBroker(cause))
        {
            // Whoever waits asks for messages next, and is told.
            Interlocked.Increment(ref entry.Disappointments);
        }
    }

    private static TimeSpan PauseAfter(int disappointments)
    {
        TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(disappointments - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    private sealed class Entry
    {
        /// <summary>How often it said that there is something, and there was nothing to be had.</summary>
        public int Disappointments;

        public Task? Notice;
    }
}
