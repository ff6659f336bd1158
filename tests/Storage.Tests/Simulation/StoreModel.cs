using System.Buffers;
using System.Text;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.Simulation;

/// <summary>What a store must hold: the messages given to it, in order, and what it has promised of them.</summary>
internal sealed class StoreModel
{
    private readonly List<StoredMessage> _messages = [];
    private readonly Dictionary<(string Topic, int QueueId), long> _floors = [];
    private long _appendedUntil;
    private long _minOffset;

    /// <summary>Records below may be gone from the indexes, even if a crash brought their log file back.</summary>
    private long? _expiredUntil;
    private readonly List<Dictionary<(string Topic, int QueueId), long>> _deletions = [];

    /// <summary>The clock, for what is added.</summary>
    public Func<long> Now { get; init; } = static () => 0;

    /// <summary>How long a topic is kept, in milliseconds, if it is kept otherwise than the store says.</summary>
    public Func<string, long?> KeptFor { get; init; } = static _ => null;

    /// <summary>All below survives a power cut.</summary>
    public long FlushedUntil { get; private set; }

    private long ExpiredUntil => _expiredUntil ?? _minOffset;

    public void Add(Message message, long physicalOffset, long endOffset, long queueOffset)
    {
        Assert.Equal(NextOffset(message.Topic, message.QueueId), queueOffset);
        Assert.True(physicalOffset >= _appendedUntil, "a record overlaps the one before");
        _messages.Add(new StoredMessage(message, physicalOffset, endOffset, queueOffset, Now()));
        _appendedUntil = endOffset;
    }

    /// <summary>Takes note of what the store says of itself, and checks the order of its watermarks.</summary>
    public void Observe(MessageStore store)
    {
        Assert.InRange(store.Log.FlushedUntil, FlushedUntil, store.Log.AppendedUntil);
        Assert.InRange(store.Dispatcher.DispatchedUntil, 0, store.Log.ConfirmedUntil);
        Assert.True(store.Log.MinOffset >= _minOffset, "the log's beginning went back");
        FlushedUntil = store.Log.FlushedUntil;
        Assert.All(
            _messages.Where(stored => stored.PhysicalOffset >= _minOffset && stored.EndOffset <= store.Log.MinOffset),
            stored => Assert.True(
                KeptFor(stored.Message.Topic) is not { } keptFor || stored.StoredAt < Now() - keptFor,
                $"{stored} was deleted too early"));
        _minOffset = store.Log.MinOffset;
        ObserveExpiry(store);
        ObserveCuts(store);
    }

    /// <summary>Takes note of what was cut off queues: only what has expired, and never less than before.</summary>
    private void ObserveCuts(MessageStore store)
    {
        foreach ((string topic, int queueId) in _messages
            .Select(stored => (stored.Message.Topic, stored.Message.QueueId)).Distinct())
        {
            long floor = store.Queues.Get(topic, queueId).Floor;
            long known = _floors.GetValueOrDefault((topic, queueId));
            Assert.True(floor >= known, $"{topic}/{queueId} begins at {floor} again, below {known}");
            if (floor == known || KeptFor(topic) is not { } keptFor)
                continue;

            Assert.All(
                _messages.Where(stored => stored.Message.Topic == topic && stored.Message.QueueId == queueId
                    && stored.QueueOffset < floor && stored.QueueOffset >= known),
                stored => Assert.True(stored.StoredAt < Now() - keptFor, $"{stored} was cut off too early"));
            _floors[(topic, queueId)] = floor;
        }
    }

    /// <summary>Takes note of what has left the indexes, or has begun to.</summary>
    public void ObserveExpiry(MessageStore store) =>
        _expiredUntil = Math.Max(_expiredUntil ?? 0, store.Log.MinOffset);

    /// <summary>A deletion has begun; unless it ends, the next recovery shows whether it has happened.</summary>
    public void BeginDelete(string topic) => _deletions.Add(_messages
        .Where(stored => stored.Message.Topic == topic).Select(stored => (topic, stored.Message.QueueId)).Distinct()
        .ToDictionary(queue => queue, queue => NextOffset(queue.topic, queue.QueueId)));

    /// <summary>The deletion that has begun last is durable.</summary>
    public void EndDelete()
    {
        Apply(_deletions[^1]);
        _deletions.RemoveAt(_deletions.Count - 1);
    }

    /// <summary>After recovery: checks the end of the log against the promise and forgets what was rightly lost.</summary>
    public void Reconcile(MessageStore store, bool isPowerCut)
    {
        long end = store.Log.AppendedUntil;
        long promised = isPowerCut ? FlushedUntil : _appendedUntil;
        Assert.True(end >= promised, $"the log ends at {end}, but was promised up to {promised}");
        Assert.DoesNotContain(_messages, stored => stored.PhysicalOffset < end && stored.EndOffset > end);
        SettleDeletions(store);
        ObserveCuts(store);

        _messages.RemoveAll(stored => stored.PhysicalOffset >= end);
        _appendedUntil = end;
        FlushedUntil = end;
        Assert.Equal(end, store.Log.FlushedUntil);
        Assert.Equal(end, store.Dispatcher.DispatchedUntil);
        Assert.Empty(store.Damages.Ranges);

        // Deleting the oldest files need not have reached the disk.
        _minOffset = store.Log.MinOffset;
        Assert.True(_expiredUntil is null || _minOffset <= _expiredUntil, "more was deleted than expired");
        Verify(store);
    }

    /// <summary>Checks every queue and every key of a store that has dispatched all.</summary>
    public void Verify(MessageStore store)
    {
        foreach (var queue in _messages.GroupBy(stored => (stored.Message.Topic, stored.Message.QueueId)))
            VerifyQueue(store, queue.Key.Topic, queue.Key.QueueId, [.. queue]);
        foreach ((string topic, string key) in _messages
            .SelectMany(stored => stored.Message.KeyList.Select(key => (stored.Message.Topic, key))).Distinct())
            VerifyKey(store, topic, key);
    }

    /// <summary>Checks that what a reader sees of a queue now are its messages.</summary>
    public void VerifyVisible(MessageStore store, string topic, int queueId)
    {
        long confirmed = store.Log.ConfirmedUntil;
        foreach ((long offset, Message message) in store.ReadAll(topic, queueId))
        {
            StoredMessage stored = Find(topic, queueId, offset);
            Assert.Equal(stored.Message, message);
            Assert.True(stored.EndOffset <= confirmed, "an unconfirmed message is visible");
        }
    }

    public long NextOffset(string topic, int queueId)
    {
        long floor = _floors.GetValueOrDefault((topic, queueId));
        StoredMessage? last = _messages.FindLast(stored => stored.Message.Topic == topic && stored.Message.QueueId == queueId);
        return Math.Max(floor, last is null ? 0 : last.QueueOffset + 1);
    }

    private StoredMessage Find(string topic, int queueId, long offset) => _messages.Single(
        stored => stored.Message.Topic == topic && stored.Message.QueueId == queueId && stored.QueueOffset == offset);

    /// <summary>A deletion that was cut short has happened to all queues of the topic or to none.</summary>
    private void SettleDeletions(MessageStore store)
    {
        foreach (Dictionary<(string Topic, int QueueId), long> deletion in _deletions)
        {
            List<bool> applied =
            [
                .. deletion.Where(queue => queue.Value > _floors.GetValueOrDefault(queue.Key))
                    .Select(queue => store.Queues.Get(queue.Key.Topic, queue.Key.QueueId).Floor >= queue.Value).Distinct(),
            ];
            Assert.True(applied.Count < 2, "a topic was deleted in part");
            if (applied is [true])
                Apply(deletion);
        }

        _deletions.Clear();
    }

    private void Apply(Dictionary<(string Topic, int QueueId), long> deletion)
    {
        foreach ((var queue, long floor) in deletion)
            _floors[queue] = Math.Max(floor, _floors.GetValueOrDefault(queue));
    }

    private void VerifyQueue(MessageStore store, string topic, int queueId, List<StoredMessage> expected)
    {
        ConsumeQueue queue = store.Queues.Get(topic, queueId);
        long floor = _floors.GetValueOrDefault((topic, queueId));
        long next = NextOffset(topic, queueId);
        string name = $"{topic}/{queueId}";
        Assert.True(queue.MaxOffset == next, $"{name} ends at {queue.MaxOffset}, not {next}");
        Assert.True(queue.NextOffset == next, $"{name} goes on at {queue.NextOffset}, not {next}");

        long min = queue.GetMinOffset();
        StoredMessage? firstKept = expected.Find(stored => stored.QueueOffset >= floor && stored.PhysicalOffset >= ExpiredUntil);
        Assert.True(min >= floor, $"{name} begins at {min}, below its floor {floor}");
        Assert.True(firstKept is null || min <= firstKept.QueueOffset, $"{name} begins at {min}, but {firstKept} is kept");

        List<StoredMessage> kept =
            [.. expected.Where(stored => stored.QueueOffset >= min && stored.PhysicalOffset >= store.Log.MinOffset)];
        Assert.Equal(kept.Select(stored => (stored.QueueOffset, stored.Message)), store.ReadAll(topic, queueId));
        foreach (StoredMessage stored in kept)
            VerifyEntry(queue, stored);
    }

    private static void VerifyEntry(ConsumeQueue queue, StoredMessage stored)
    {
        Span<ConsumeQueueEntry> entry = stackalloc ConsumeQueueEntry[1];
        Assert.Equal(1, queue.Read(stored.QueueOffset, entry));
        long tagsCode = stored.Message.Tag.Length == 0
            ? 0
            : OrleansMq.Messages.Properties.TagHash.Compute(Encoding.UTF8.GetBytes(stored.Message.Tag));
        Assert.Equal(
            new ConsumeQueueEntry(stored.PhysicalOffset, (int)(stored.EndOffset - stored.PhysicalOffset), tagsCode), entry[0]);
    }

    private void VerifyKey(MessageStore store, string topic, string key)
    {
        List<long> expected =
        [
            .. _messages.Where(stored => stored.Message.Topic == topic && stored.Message.KeyList.Contains(key))
                .Select(stored => stored.PhysicalOffset),
        ];
        IReadOnlyList<long> found = store.Index.Find(
            Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(key), 0, long.MaxValue, int.MaxValue);
        Assert.True(found.Distinct().Count() == found.Count, $"the key {key} is found twice");
        Assert.True(found.All(position => expected.Contains(position) || position < store.Log.MinOffset),
            $"the key {key} is found at {string.Join(", ", found.Except(expected))}, where it is not");
        List<long> missing = [.. expected.Where(position => position >= ExpiredUntil).Except(found)];
        Assert.True(missing.Count == 0, $"the key {key} is not found at {string.Join(", ", missing)}");
        foreach (long position in expected.Where(position => position >= store.Log.MinOffset))
            Assert.True(store.Reader.TryReadAt(position, new ArrayBufferWriter<byte>()));
    }
}

/// <summary>A message and where it was stored.</summary>
internal sealed record StoredMessage(
    Message Message, long PhysicalOffset, long EndOffset, long QueueOffset, long StoredAt);
