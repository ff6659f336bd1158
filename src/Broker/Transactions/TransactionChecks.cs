using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Transactions;

/// <summary>Asks producers what became of their transactions, and parks those that nobody can tell about.</summary>
/// <remarks>
/// Where a question goes: to the grain that the half message names; else to a producer that is connected here; else,
/// and every other time, to one that is connected to another broker. A check is noted in the log before it is made, and
/// only when there is somebody to be asked.
/// </remarks>
internal sealed class TransactionChecks : IStoreWorker
{
    private const int ChecksPerStep = 256;
    private const long MaxSleepMilliseconds = 60_000;

    private readonly BrokerNode _node;
    private readonly HalfMessages _halves;
    private readonly ProducersElsewhere _elsewhere;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _logStart;

    public TransactionChecks(BrokerNode node, TimeProvider time, ILogger logger)
    {
        _node = node;
        _halves = node.Transactions;
        _time = time;
        _logger = logger;
        _elsewhere = new ProducersElsewhere(node.Options.Transactions, time, Signal.Set);
        _halves.CheckAhead = Signal.Set;
    }

    public string Name => "omq-transactions";

    public WorkerSignal Signal { get; } = new();

    private ITransactionPeers Peers => _node.ControlPlane.TransactionPeers;

    public TimeSpan PumpOnce()
    {
        ForgetExpired();
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        int taken = 0;
        while (taken < ChecksPerStep && _elsewhere.TryTake(out HalfMessage half, out IReadOnlyList<string> brokers))
        {
            taken++;
            CheckElsewhere(half, now, brokers);
        }

        IReadOnlyList<HalfMessage> due = _halves.TakeDue(now, ChecksPerStep);
        foreach (HalfMessage half in due)
            Check(half, now);
        if (due.Count + taken > 0)
            _node.Pump();
        if (due.Count == ChecksPerStep || taken == ChecksPerStep)
            return TimeSpan.Zero;
        if (_halves.NextCheck is { } next)
            return TimeSpan.FromMilliseconds(Math.Clamp(next - now, 0, MaxSleepMilliseconds));
        return _halves.Count > 0 ? TimeSpan.FromMilliseconds(MaxSleepMilliseconds) : Timeout.InfiniteTimeSpan;
    }

    /// <summary>Parked ones too are over when the log no longer has them.</summary>
    private void ForgetExpired()
    {
        if (_node.Store.Log.MinOffset is var start && start != _logStart)
            _halves.ForgetLost();
        _logStart = start;
    }

    private void Check(HalfMessage due, long nowMilliseconds) => WithRecord(due, (half, record) =>
    {
        if (_halves.IsGivenUp(half, nowMilliseconds))
            Park(half, record);
        else
            Ask(half, record);
    });

    /// <summary>Reads a half message as it is now, unless it was decided meanwhile.</summary>
    private void WithRecord(HalfMessage taken, Action<HalfMessage, RecordView> act)
    {
        if (_halves.Find(taken.PhysicalOffset) is not { State: TransactionState.Prepared } half)
            return;

        if (!_node.Store.Log.TryRead(half.PhysicalOffset, out RecordLease lease))
        {
            _logger.HalfMessageLost(half.PhysicalOffset, "it is no longer kept");
            _halves.Forget(half.PhysicalOffset);
            return;
        }

        using (lease)
        {
            if (RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                && HalfRecords.IsHalf(record))
            {
                act(half, record);
                return;
            }

            _logger.HalfMessageLost(half.PhysicalOffset, "it cannot be read");
            _halves.Forget(half.PhysicalOffset);
        }
    }

    private void Park(HalfMessage half, RecordView record)
    {
        SendResult result = _halves.Park(record);
        if (result.IsStored)
            _logger.TransactionParked(half.PhysicalOffset, half.Checks, GroupOf(record));
        else
            _logger.TransactionCheckPutOff(half.PhysicalOffset, result.Problem!);
    }

    private void Ask(HalfMessage half, RecordView record)
    {
        string group = GroupOf(record);
        string actor = HalfRecords.TextOf(record.Properties, PropertyNames.TransactionChecker);
        bool isOthersTurn = half.Checks % 2 == 1 || !_node.ProducerRound.HasOpen(group);
        if (actor.Length > 0 && _node.ControlPlane.HasActors)
        {
            if (TryNote(half))
                _node.ControlPlane.AskActor(actor, QuestionOf(half, record, group));
        }
        else if (isOthersTurn && Peers.HasOthers)
        {
            _elsewhere.Add(Peers, group, half);
        }
        else
        {
            AskHere(half, record, group);
        }
    }

    /// <summary>A check that nobody could be asked is none: it does not count.</summary>
    private void AskHere(HalfMessage half, RecordView record, string group)
    {
        if (_node.ProducerRound.HasOpen(group) && TryNote(half))
            _node.ProducerRound.Ask(QuestionOf(half, record, group));
    }

    /// <summary>Goes on when it is known which other brokers have a producer.</summary>
    private void CheckElsewhere(HalfMessage taken, long nowMilliseconds, IReadOnlyList<string> brokers)
    {
        bool isAsked = false;
        WithRecord(taken, (half, record) =>
        {
            string group = GroupOf(record);
            if (_halves.IsGivenUp(half, nowMilliseconds))
                return;
            if (brokers.Count == 0)
            {
                AskHere(half, record, group);
            }
            else if (TryNote(half))
            {
                isAsked = true;
                TransactionQuestion question = QuestionOf(half, record, group);
                _elsewhere.Ask(
                    Peers, brokers,
                    question with { QueueOffset = BrokerToken.Of(_node.Identity.BrokerName) });
            }
        });
        if (!isAsked)
            _elsewhere.Drop(taken);
    }

    private bool TryNote(HalfMessage half)
    {
        SendResult noted = _halves.NoteCheck(half);
        if (!noted.IsStored)
            _logger.TransactionCheckPutOff(half.PhysicalOffset, noted.Problem!);
        return noted.IsStored;
    }

    private static TransactionQuestion QuestionOf(HalfMessage half, RecordView record, string group)
    {
        ReadOnlySpan<byte> topic = HalfRecords.DestinationOf(record, out int queueId);
        byte[] properties = HalfRecords.Question(record, half.Checks + 1);
        var encoder = new RecordEncoder(MessageDraft.CopyOf(
            record, topic, queueId, properties, record.StoreHost, record.ReconsumeTimes));
        byte[] bytes = new byte[encoder.SizeBytes];
        encoder.Write(bytes, record.QueueOffset, record.PhysicalOffset, record.StoreTimestamp);
        return new TransactionQuestion(
            group, record.PhysicalOffset, record.QueueOffset,
            HalfRecords.TextOf(record.Properties, PropertyNames.UniqueKey),
            new OffsetMessageId(record.StoreHost, record.PhysicalOffset).ToString(), bytes);
    }

    private static string GroupOf(RecordView record) =>
        HalfRecords.TextOf(record.Properties, PropertyNames.ProducerGroup);
}
