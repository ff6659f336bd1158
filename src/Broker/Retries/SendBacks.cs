using System.Text;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Broker.Transactions;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Broker.Retries;

/// <summary>
/// Takes back messages that a consumer could not process: for another try later, or as a dead letter.
/// </summary>
public sealed class SendBacks
{
    private static readonly byte[] ScheduleTopic = Encoding.ASCII.GetBytes(TopicNames.Schedule);

    private readonly BrokerNode _node;
    private readonly StoreOptions _options;

    internal SendBacks(BrokerNode node, StoreOptions options)
    {
        _node = node;
        _options = options;
    }

    /// <summary>Stores the copy. The result is a success without a position when the group wants no retries.</summary>
    /// <param name="request">Which message comes back, and how.</param>
    /// <param name="consumer">Who could not process it: a client id, or an address.</param>
    public SendResult Take(ConsumerSendMessageBackRequest request, string consumer)
    {
        GroupHandle? group = _node.Groups.Find(request.Group);
        if (group is null)
            return SendResult.Lacks(new MissingGroup(request.Group));
        if (!_node.Store.Log.TryRead(request.PhysicalOffset, out RecordLease lease))
            return NotFound(request.PhysicalOffset);

        using (lease)
        {
            bool isRecord = RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                && record.Verify(request.PhysicalOffset, _options.RequireRecordChecksums) == RecordDefect.None
                && !IsHidden(record.Topic);
            return isRecord ? Take(request, consumer, group, record) : NotFound(request.PhysicalOffset);
        }
    }

    /// <summary>
    /// Stores the dead letter of a message that a reader beside the log gave up, whatever the group's settings.
    /// </summary>
    /// <param name="group">The group that gives it up.</param>
    /// <param name="physicalOffset">Where the message lies.</param>
    /// <param name="cause">Why.</param>
    public SendResult Bury(string group, long physicalOffset, DeadLetterCause cause)
    {
        if (_node.Topics.Find(TopicNames.DeadLetterOf(group)) is not { } topic)
            return SendResult.Lacks(new MissingDeadLetterTopic(group));
        if (!_node.Store.Log.TryRead(physicalOffset, out RecordLease lease))
            return NotFound(physicalOffset);

        using (lease)
        {
            if (RecordView.TryRead(lease.Bytes, out RecordView record) != RecordDefect.None
                || record.Verify(physicalOffset, _options.RequireRecordChecksums) != RecordDefect.None)
                return NotFound(physicalOffset);

            string messageId = new OffsetMessageId(record.StoreHost, physicalOffset).ToString();
            byte[] properties = RetryCopy.ForDeadLetter(
                record.PropertiesWithoutChecksum, record.Topic, messageId, cause);
            if (properties.Length > RecordEncoder.MaxPropertiesBytes)
            {
                properties = RetryCopy.ForDeadLetter(
                    record.PropertiesWithoutChecksum, record.Topic, messageId, cause with { Error = "" });
            }

            int queueId = (int)((ulong)physicalOffset % (ulong)topic.Config.WriteQueues);
            return properties.Length > RecordEncoder.MaxPropertiesBytes
                ? SendResult.Refused(
                    ResponseCode.MessageIllegal, "The properties of the dead letter are too long.")
                : _node.Sender.Store(topic, MessageDraft.CopyOf(
                    record, topic.Utf8Name, queueId, properties, _node.Identity.StoreHost, record.ReconsumeTimes));
        }
    }

    private SendResult Take(
        ConsumerSendMessageBackRequest request, string consumer, GroupHandle group, RecordView record)
    {
        RetryDecision decision = RetryDecision.Decide(
            request.DelayLevel, record.ReconsumeTimes, request.MaxReconsumeTimes, group.Config);
        if (decision.Kind == RetryKind.Drop)
            return new SendResult(ResponseCode.Success, null, default, -1, false);

        bool isDeadLetter = decision.Kind == RetryKind.DeadLetter;
        TopicHandle? topic = _node.Topics.Find(
            isDeadLetter ? TopicNames.DeadLetterOf(group.Name) : TopicNames.RetryOf(group.Name));
        if (topic is null)
        {
            return SendResult.Lacks(isDeadLetter
                ? new MissingDeadLetterTopic(group.Name)
                : new MissingRetryTopic(group.Name, group.Config.RetryQueues));
        }

        string messageId = new OffsetMessageId(record.StoreHost, record.PhysicalOffset).ToString();
        byte[] properties = isDeadLetter
            ? RetryCopy.ForDeadLetter(
                record.PropertiesWithoutChecksum, record.Topic, messageId,
                new DeadLetterCause(
                    decision.Reason, Math.Max(request.Attempts, record.ReconsumeTimes + 1), consumer,
                    request.Reason ?? ""))
            : RetryCopy.ForRetry(
                record.PropertiesWithoutChecksum, record.Topic, messageId, decision.Level, ExactDelayOf(request));
        if (properties.Length > RecordEncoder.MaxPropertiesBytes)
        {
            return SendResult.Refused(
                ResponseCode.MessageIllegal, "The properties of the retried message are too long.");
        }

        int queueId = (int)((ulong)record.PhysicalOffset % (ulong)topic.Config.WriteQueues);
        SendResult result = _node.Sender.Store(topic, MessageDraft.CopyOf(
            record, topic.Utf8Name, queueId, properties, _node.Identity.StoreHost, record.ReconsumeTimes + 1));
        if (result.IsStored)
            _node.Statistics.CountSendBack(OriginOf(record), group.Name);
        return result;
    }

    /// <summary>A delay that is longer than any message may wait is left to the level.</summary>
    private long ExactDelayOf(ConsumerSendMessageBackRequest request) =>
        request.RetryDelayMilliseconds <= (long)_node.Options.MaxDelay.TotalMilliseconds
            ? request.RetryDelayMilliseconds
            : -1;

    /// <summary>The topic that the message was sent to: a copy in a retry topic names it.</summary>
    private static string OriginOf(RecordView record) => Encoding.UTF8.GetString(
        record.TryGetProperty(PropertyNames.RetryTopic, out ReadOnlySpan<byte> topic) ? topic : record.Topic);

    /// <summary>
    /// Whether no consumer is shown the topic: a half message would be another transaction, what waits would come
    /// early.
    /// </summary>
    private static bool IsHidden(ReadOnlySpan<byte> topic) => topic.SequenceEqual(HalfRecords.HalfTopic)
        || topic.SequenceEqual(HalfRecords.OperationTopic) || topic.SequenceEqual(ScheduleTopic);

    private static SendResult NotFound(long offset) => SendResult.Refused(
        ResponseCode.SystemError,
        $"There is no message at the position {offset} of the log; it may have expired.");
}
