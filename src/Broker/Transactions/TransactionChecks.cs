using Microsoft.Extensions.Logging;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Diagnostics;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Producers;
using OrleansMq.Broker.Sending;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.CommitLogs;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Broker.Transactions;

/// <summary>Asks producers what became of their transactions, and parks those that nobody can tell about.</summary>
internal sealed class TransactionChecks : IStoreWorker
{
    private const int ChecksPerStep = 256;
    private const long MaxSleepMilliseconds = 60_000;

    private readonly BrokerNode _node;
    private readonly HalfMessages _halves;
    private readonly IClientChannels _channels;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private int _turn;

    public TransactionChecks(BrokerNode node, IClientChannels channels, TimeProvider time, ILogger logger)
    {
        _node = node;
        _halves = node.Transactions;
        _channels = channels;
        _time = time;
        _logger = logger;
        _halves.CheckAhead = Signal.Set;
    }

    public string Name => "omq-transactions";

    public WorkerSignal Signal { get; } = new();

    public TimeSpan PumpOnce()
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        IReadOnlyList<HalfMessage> due = _halves.TakeDue(now, ChecksPerStep);
        foreach (HalfMessage half in due)
            Check(half, now);
        if (due.Count > 0)
            _node.Pump();
        if (due.Count == ChecksPerStep)
            return TimeSpan.Zero;
        return _halves.NextCheck is { } next
            ? TimeSpan.FromMilliseconds(Math.Clamp(next - now, 0, MaxSleepMilliseconds))
            : Timeout.InfiniteTimeSpan;
    }

    private void Check(HalfMessage half, long nowMilliseconds)
    {
        if (!_node.Store.Log.TryRead(half.PhysicalOffset, out RecordLease lease))
        {
            _logger.HalfMessageLost(half.PhysicalOffset, "it is no longer kept");
            _halves.Forget(half.PhysicalOffset);
            return;
        }

        using (lease)
        {
            bool isHalf = RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                && HalfRecords.IsHalf(record);
            if (!isHalf)
            {
                _logger.HalfMessageLost(half.PhysicalOffset, "it cannot be read");
                _halves.Forget(half.PhysicalOffset);
            }
            else if (_halves.IsGivenUp(half, nowMilliseconds))
            {
                Park(half, record);
            }
            else
            {
                Ask(half, record);
            }
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

    /// <summary>A check that nobody could be asked is none: it does not count.</summary>
    private void Ask(HalfMessage half, RecordView record)
    {
        string group = GroupOf(record);
        string actor = HalfRecords.TextOf(record.Properties, PropertyNames.TransactionChecker);
        TransactionQuestion question = QuestionOf(half, record, group);
        IReadOnlyList<ProducerMember> producers = _node.Producers.MembersOf(group);
        if (producers.Count == 0 && (actor.Length == 0 || !_node.ControlPlane.HasActors))
            return;

        SendResult noted = _halves.NoteCheck(half);
        if (!noted.IsStored)
            _logger.TransactionCheckPutOff(half.PhysicalOffset, noted.Problem!);
        else if (actor.Length == 0 || !_node.ControlPlane.AskActor(actor, question))
            AskProducer(producers, question);
    }

    private void AskProducer(IReadOnlyList<ProducerMember> producers, TransactionQuestion question)
    {
        int first = _turn++ & int.MaxValue;
        for (int index = 0; index < producers.Count; index++)
        {
            if (_channels.Ask(producers[(first + index) % producers.Count].ChannelId, question))
                return;
        }
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
