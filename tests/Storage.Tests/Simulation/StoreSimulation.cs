using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Confirmations;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.Simulation;

/// <summary>
/// One run of a store on simulated files: a random workload, crashes in it and in the recoveries, and after each
/// recovery the comparison with what the store has promised. The seed decides everything, the options included.
/// </summary>
internal sealed class StoreSimulation
{
    private const string Root = "/store";
    private const int FileBytes = 64 * 1024;

    private static readonly string[] Topics = ["A", "B", "%RETRY%group"];

    private readonly Random _random;
    private readonly StoreOptions _options;
    private readonly ManualTime _time = new();
    private readonly List<(Waiter Waiter, long EndOffset)> _waiters = [];
    private readonly int _maxBodyBytes;
    private readonly bool _hasFaults;
    private readonly bool _deletesTopics;
    private readonly bool _fillsDisk;
    private readonly StoreModel _model;
    private readonly KeptTopics _rules;
    private SimulatedFileSystem _files;
    private MessageStore? _store;
    private int _sent;
    private bool _wasFull;

    public StoreSimulation(int seed)
    {
        _random = new Random(seed);
        _files = new SimulatedFileSystem(new Random(seed ^ 0x5EED));
        _maxBodyBytes = Pick(40, 400, 4_000, 20_000);
        _hasFaults = _random.Next(3) == 0;
        _deletesTopics = _random.Next(4) == 0;
        _rules = new KeptTopics(_deletesTopics ? 0 : _random.Next(4));
        _model = new StoreModel { Now = () => _time.Milliseconds, KeptFor = _rules.KeptFor };
        _options = new StoreOptions
        {
            Directory = Root,
            CommitLogFileBytes = FileBytes,
            ConsumeQueueFileEntries = Pick(16, 60, 250),
            IndexFileSlots = Pick(1, 7, 1_100),
            IndexFileEntries = Pick(8, 32, 300),
            FlushMode = Pick(FlushMode.Async, FlushMode.Sync),
            CheckpointInterval = TimeSpan.FromMilliseconds(Pick(10, 200)),
            MaxMappedConsumeQueueFiles = 16,
            MaxMessageBytes = FileBytes / 2,
            Retention = _random.Next(2) == 0 ? TimeSpan.FromSeconds(3) : TimeSpan.FromDays(3),
            DiskCleanRatio = 0.99,
            DiskFullRatio = 0.99,
        };

        _fillsDisk = _random.Next(3) == 0;
        _files.HasGreedyNeighbour = _random.Next(2) == 0;

        // Positions with more than 32 bits can be torn in ways that small ones cannot.
        if (_random.Next(3) == 0)
            MakeLogBeginAt((1L << 32) - (FileBytes * _random.Next(3)));
    }

    public int Crashes { get; private set; }

    public IReadOnlyList<string> Trace => _files.Trace;

    private MessageStore Store => _store!;

    public void Run()
    {
        Open();
        int lives = _random.Next(1, 4);
        for (int life = 0; life < lives; life++)
        {
            Live(_random.Next(5, 120));
            bool isPowerCut = Crash();
            isPowerCut |= Recover();
            Reconcile(isPowerCut);
            if (_random.Next(4) == 0)
                CompareWithRebuilt();
            if (_random.Next(4) == 0)
                RecoverAgain();
        }

        FreeDisk();
        CloseAndReopen();
    }

    private void MakeLogBeginAt(long start)
    {
        string directory = Path.Combine(Root, "commitlog");
        _files.CreateDirectory(directory, isDurable: true);
        using IStoreFile file = _files.Map(Path.Combine(directory, LogSegment.NameOf(start)), FileBytes, preallocate: true);
        file.Flush();
        _files.SyncDirectory(directory);
    }

    private void Open()
    {
        _waiters.Clear();
        _store = MessageStore.Open(_files, _options, _time, NullLogger.Instance);
        _store.Retention = _rules;
        _wasFull = _files.Capacity != long.MaxValue;
    }

    private void Live(int steps)
    {
        if (_random.Next(4) != 0)
            _files.CrashAt = _files.Points + _random.Next(_random.Next(2) == 0 ? 40 : 400);
        if (_hasFaults && _random.Next(2) == 0)
            _files.FailAt = _files.Points + _random.Next(200);
        try
        {
            for (int step = 0; step < steps; step++)
            {
                Step();
                Check();
            }
        }
        catch (SimulatedCrashException)
        {
            _model.ObserveExpiry(Store);
            return;
        }

        if (_wasFull && _random.Next(2) == 0)
            GoOnWithSpace();
        if (_random.Next(6) == 0)
            TryDispose();
    }

    /// <summary>Once there is space again, everything goes on by itself.</summary>
    private void GoOnWithSpace()
    {
        try
        {
            FreeDisk();
            Store.Worker("omq-flush").PumpOnce();
            Store.Flush();
            Append();
            Assert.True(Store.Log.Failure is not null || !Store.Log.IsDiskFull, "space was not noticed");
        }
        catch (SimulatedCrashException)
        {
        }
    }

    private void FillDisk()
    {
        _files.Capacity = _files.Used + (SimulatedFile.PageBytes * _random.Next(_random.Next(2) == 0 ? 1 : 24));
        _wasFull = true;
    }

    private void FreeDisk()
    {
        _files.Capacity = long.MaxValue;
        _time.AdvanceMilliseconds(2_000);
        while (Store.Worker("omq-prepare").PumpOnce() == TimeSpan.Zero)
        {
        }

        _wasFull = false;
    }

    private void TryDispose()
    {
        try
        {
            Store.Dispose();
        }
        catch (SimulatedCrashException)
        {
        }
    }

    private void Step()
    {
        if (_fillsDisk && _random.Next(30) == 0)
        {
            if (_random.Next(3) > 0)
                FillDisk();
            else
                FreeDisk();
        }

        switch (_random.Next(100))
        {
            case < 44:
                Append();
                break;
            case < 50:
                AppendBatch();
                break;
            case < 62:
                Store.Dispatcher.Pump();
                break;
            case < 69:
                Store.Worker("omq-prepare").PumpOnce();
                break;
            case < 79:
                Store.Worker("omq-flush").PumpOnce();
                break;
            case < 86:
                Store.Worker("omq-checkpoint").PumpOnce();
                break;
            case < 90:
                IgnoringFailure(() => Store.Worker("omq-clean").PumpOnce());
                break;
            case < 91:
                Store.Worker("omq-timeout").PumpOnce();
                break;
            case < 94:
                _time.AdvanceMilliseconds(_random.Next(10) == 0 ? 11_000 : _random.Next(400));
                break;
            case < 96:
                _files.WriteBackSome();
                break;
            case < 98:
                _model.VerifyVisible(Store, Topics[_random.Next(Topics.Length)], _random.Next(3));
                break;
            case < 99 when _deletesTopics:
                DeleteTopic();
                break;
            default:
                if (_random.Next(3) == 0)
                    Reopen();
                break;
        }
    }

    private void Check()
    {
        _model.Observe(Store);
        foreach ((Waiter waiter, long endOffset) in _waiters)
        {
            if (waiter.Status == ConfirmationStatus.Confirmed)
                Assert.True(_model.FlushedUntil >= endOffset, "a send was confirmed before it was on disk");
            if (waiter.Status == ConfirmationStatus.Failed)
                Assert.NotNull(Store.Log.Failure);
        }

        _waiters.RemoveAll(waiting => waiting.Waiter.Status is not null);
    }

    private void Append() => IgnoringFailure(() =>
    {
        Message message = NewMessage(Topics[_random.Next(Topics.Length)], _random.Next(3));
        AppendResult result = Store.Append(message);
        if (result.Status != AppendStatus.Appended)
        {
            Assert.True(result.Status == AppendStatus.Sealed || (result.Status == AppendStatus.DiskFull && _wasFull));
            return;
        }

        _model.Add(message, result.PhysicalOffset, result.EndOffset, result.QueueOffset);
        if (Store.Log.MustAwaitFlush(result.StoreTimestamp))
            _waiters.Add((Store.Await(result, _time.Milliseconds + 5_000), result.EndOffset));
    });

    private void AppendBatch() => IgnoringFailure(() =>
    {
        string topic = Topics[_random.Next(Topics.Length)];
        int queueId = _random.Next(3);
        Message[] messages = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => NewMessage(topic, queueId))];
        var positions = new List<long>();
        try
        {
            Store.AppendBatch(topic, queueId, Message.BatchOf(messages), positions);
        }
        finally
        {
            // What a crash or a failure cut short is in the log all the same.
            foreach ((long position, Message message) in positions.Zip(messages))
                _model.Add(message, position, position + SizeOf(message), _model.NextOffset(topic, queueId));
        }
    });

    private void DeleteTopic()
    {
        string topic = Topics[_random.Next(Topics.Length)];
        _model.BeginDelete(topic);
        IgnoringFailure(() =>
        {
            Store.Queues.DeleteTopic(topic);
            _model.EndDelete();
        });
    }

    private void Reopen()
    {
        _files.FailAt = int.MaxValue;
        Store.Dispose();
        Open();
        Reconcile(isPowerCut: false);
    }

    /// <summary>Compares the store with what was promised; what waits for space is there as soon as there is some.</summary>
    private void Reconcile(bool isPowerCut)
    {
        if (Store.Log.IsIndexingStalled)
        {
            FreeDisk();
            if (Store.Log.Failure is not null)
            {
                _files.CrashNow();
                _files.Restart(isPowerCut: false);
                Open();
            }
        }

        _model.Reconcile(Store, isPowerCut);
    }

    /// <summary>What a worker's thread or a connection does: it reports the failure and goes on.</summary>
    private static void IgnoringFailure(Action act)
    {
        try
        {
            act();
        }
        catch (StoreIOException)
        {
        }
    }

    private bool Crash()
    {
        Crashes++;
        bool isPowerCut = _random.Next(3) > 0;
        _files.CrashNow();
        _files.Restart(isPowerCut);
        return isPowerCut;
    }

    /// <summary>
    /// Opens the store, with crashes and failures on the way; returns whether the power failed meanwhile. A full disk is no
    /// reason not to open.
    /// </summary>
    private bool Recover()
    {
        bool isPowerCut = false;
        for (int attempt = 0; ; attempt++)
        {
            bool isLast = attempt == 3;
            if (!isLast && _random.Next(3) == 0)
                _files.CrashAt = _random.Next(60);
            if (!isLast && _hasFaults && _random.Next(3) == 0)
                _files.FailAt = _random.Next(60);
            if (isLast)
                _files.Capacity = long.MaxValue;
            else if (_fillsDisk && _random.Next(2) == 0)
                FillDisk();
            try
            {
                Open();
                _files.CrashAt = int.MaxValue;
                _files.FailAt = int.MaxValue;
                return isPowerCut;
            }
            catch (SimulatedCrashException)
            {
                isPowerCut |= Crash();
            }
            catch (StoreIOException) when (_files.HasFailed)
            {
                _files.CrashNow();
                _files.Restart(isPowerCut: false);
            }
        }
    }

    /// <summary>A second recovery on top of the first finds the same, and so does one that starts from nothing but the log.</summary>
    private void RecoverAgain()
    {
        _files.CrashNow();
        _files.Restart(isPowerCut: _random.Next(2) == 0);
        _files.Capacity = long.MaxValue;
        Open();
        _model.Reconcile(Store, isPowerCut: false);
    }

    private void CompareWithRebuilt()
    {
        SimulatedFileSystem copy = _files.Clone(new Random(_random.Next()));
        copy.CrashNow();
        copy.Restart(isPowerCut: false);
        copy.Capacity = long.MaxValue;
        copy.Delete(Path.Combine(Root, "checkpoint"));
        if (_random.Next(2) == 0)
            copy.DeleteDirectory(Path.Combine(Root, "consumequeue"));
        using MessageStore rebuilt = MessageStore.Open(copy, _options, _time, NullLogger.Instance);
        Assert.Equal(Store.Log.AppendedUntil, rebuilt.Log.AppendedUntil);
        _model.Verify(rebuilt);
    }

    private void CloseAndReopen()
    {
        Store.Dispose();
        Dictionary<string, byte[]> before = Contents();
        Open();
        _model.Reconcile(Store, isPowerCut: false);
        Store.Dispose();
        Dictionary<string, byte[]> after = Contents();
        Assert.Equal(before.Keys, after.Keys);
        foreach ((string path, byte[] content) in before)
            Assert.True(content.AsSpan().SequenceEqual(after[path]), $"opening a closed store changed '{path}'");
    }

    /// <summary>Without zeros at the end: a file that recovery has cut gets its length back at the next use.</summary>
    private Dictionary<string, byte[]> Contents() =>
        _files.Files.ToDictionary(named => named.Path, named => named.File.Content.TrimEnd((byte)0).ToArray());

    private Message NewMessage(string topic, int queueId)
    {
        int number = _sent++;
        string filling = new((char)('a' + (number % 26)), _random.Next(_maxBodyBytes));
        string keys = _random.Next(3) switch
        {
            0 => $"only{number}",
            1 => $"only{number} shared{number % 3}",
            _ => "",
        };
        return new Message(topic, queueId, $"{number}:{filling}", keys, _random.Next(2) == 0 ? "" : $"tag{number % 4}");
    }

    private static int SizeOf(Message message) => new Messages.Records.RecordEncoder(new Messages.Records.MessageDraft
    {
        Topic = message.TopicBytes,
        QueueId = message.QueueId,
        Body = message.BodyBytes,
        Properties = message.Properties,
    }).SizeBytes;

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
