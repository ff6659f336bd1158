using System.Text;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Broker.Tracing;

/// <summary>Gathers what is known of one message and one group. Not thread-safe.</summary>
internal sealed class GroupTracer
{
    private const string Waiting = "WAITING";
    private const string Stored = "STORED";
    private const string Delivered = "DELIVERED";
    private const string Consumed = "CONSUMED";

    private readonly BrokerNode _node;
    private readonly StoredMessage _message;
    private readonly GroupHandle? _group;
    private readonly List<(StoredMessage Copy, bool IsWaiting)> _retries;
    private readonly StoredMessage? _deadLetter;

    public GroupTracer(BrokerNode node, StoredMessage message, string group)
    {
        _node = node;
        _message = message;
        _group = node.Groups.Find(group);
        Group = new GroupTrace { Group = group };
        var copies = new MessageCopies(node, message);
        _retries = copies.Retries(group);
        _deadLetter = copies.DeadLetters(group).LastOrDefault();
    }

    /// <summary>What is told of the group; whole once <see cref="Complete"/> was called.</summary>
    public GroupTrace Group { get; }

    /// <summary>Where the copies stand, of which the journal is asked.</summary>
    public IEnumerable<(string Topic, int QueueId, long Offset)> Places =>
        _retries.Where(retry => !retry.IsWaiting).Select(retry => retry.Copy.Place);

    /// <summary>Whether copies were made for the group.</summary>
    public bool HasRetries => _retries.Count > 0;

    /// <summary>Takes in what the journal says.</summary>
    public void Complete(DeliveryHistory history)
    {
        Group.IsOnline = _group?.Read(static state => state.IsOnline) == true;
        Group.CommittedOffset = _group?.QueryOffset(_message.Topic, _message.QueueId);
        Group.Deliveries.AddRange(DeliveriesOf(history, _message));
        DeliveryRange? acknowledged = AcknowledgementOf(history, _message);
        Group.AcknowledgedTimestamp = acknowledged?.LastMilliseconds;
        Group.AcknowledgedBy = acknowledged?.Client;
        foreach ((StoredMessage copy, bool isWaiting) in _retries)
            Group.Retries.Add(Describe(history, copy, isWaiting));
        if (_deadLetter is not null)
            Group.DeadLetter = _node.DeadLetters.Describe(_deadLetter.PhysicalOffset);
        Group.Status = GroupFacts.NameOf(Facts(acknowledged is { From: >= 0 }).Status);
    }

    private GroupFacts Facts(bool isAcknowledged) => new()
    {
        IsSubscribed = _group?.Read(state => state.FindSubscription(_message.Topic)) is not null,
        IsFiltered = IsFiltered(),
        IsBroadcasting = _group?.Read(static state => state.MessageModel) == MessageModel.Broadcasting,
        Offset = _message.QueueOffset,
        CommittedOffset = Group.CommittedOffset,
        IsDelivered = Group.Deliveries.Count > 0,
        IsAcknowledged = isAcknowledged,
        NewestRetry = _retries.Count > 0 ? _retries[^1].Copy.PhysicalOffset : null,
        IsRetryConsumed = Group.Retries.Count > 0 && Group.Retries[^1].Status == Consumed,
        NewestDeadLetter = _deadLetter?.PhysicalOffset,
    };

    private RetryEntry Describe(DeliveryHistory history, StoredMessage copy, bool isWaiting)
    {
        List<DeliveryEntry> deliveries = isWaiting ? [] : [.. DeliveriesOf(history, copy)];
        bool isConsumed = !isWaiting && _group?.QueryOffset(copy.Topic, copy.QueueId) > copy.QueueOffset;
        return new RetryEntry
        {
            MessageId = copy.MessageId,
            ReconsumeTimes = copy.ReconsumeTimes,
            Status = isWaiting ? Waiting : isConsumed ? Consumed : deliveries.Count > 0 ? Delivered : Stored,
            StoreTimestamp = copy.StoreTimestamp,
            DueTimestamp = isWaiting ? copy.DueTimestamp : null,
            IsResent = copy.DeadLetterFrom is not null,
            Deliveries = deliveries,
        };
    }

    private IEnumerable<DeliveryEntry> DeliveriesOf(DeliveryHistory history, StoredMessage message) =>
        from range in history.Of(message.Place)
        where range.Kind == DeliveryKind.Delivered && range.Group == Group.Group
        select new DeliveryEntry
        {
            Client = range.Client,
            FirstTimestamp = range.FirstMilliseconds,
            LastTimestamp = range.LastMilliseconds,
        };

    private DeliveryRange? AcknowledgementOf(DeliveryHistory history, StoredMessage message)
    {
        foreach (DeliveryRange range in history.Of(message.Place))
        {
            if (range.Kind == DeliveryKind.Acknowledged && range.Group == Group.Group)
                return range;
        }

        return null;
    }

    /// <summary>Whether the group's filter, as its members say now, leaves the message out.</summary>
    private bool IsFiltered()
    {
        if (_group?.FilterOfHeartbeat(_message.Topic) is not { Problem: null, Effective: { } filter })
            return false;

        byte[] tag = Encoding.UTF8.GetBytes(_message.Tags ?? "");
        if (!filter.MatchesTagsCode(tag.Length == 0 ? 0 : TagHash.Compute(tag)))
            return true;
        if (!_node.Store.Log.TryRead(_message.PhysicalOffset, out RecordLease lease))
            return false;

        int steps = filter.StepsPerRead;
        using (lease)
        {
            return RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
                && !filter.Matches(record, ref steps);
        }
    }
}
