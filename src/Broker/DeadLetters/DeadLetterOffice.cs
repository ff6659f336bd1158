using System.Text;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Broker.DeadLetters;

/// <summary>Shows the dead letters that lie on this broker. Thread-safe.</summary>
public sealed class DeadLetterOffice
{
    private readonly BrokerNode _node;
    private readonly DeadLetterOptions _options;

    internal DeadLetterOffice(BrokerNode node)
    {
        _node = node;
        _options = node.Options.DeadLetters;
    }

    /// <summary>The groups that have dead letters here.</summary>
    public DeadLetterGroups ListGroups()
    {
        var groups = new DeadLetterGroups { Broker = _node.Identity.BrokerName };
        IEnumerable<string> topics = _node.Topics.Topics.Select(topic => topic.Name)
            .Where(name => TopicNames.IsDeadLetter(name)).Order(StringComparer.Ordinal);
        foreach (string topic in topics)
        {
            if (_node.Topics.Find(topic) is { } handle && Summarise(handle) is { Count: > 0 } summary)
                groups.Groups.Add(summary);
        }

        return groups;
    }

    /// <summary>A page of a group's dead letters; null with the problem.</summary>
    public DeadLetterList? List(ListDeadLettersRequest request, out string? problem)
    {
        TopicHandle? topic = FindTopic(request.Group, out problem);
        if (topic is null || !TryBegin(request.Cursor, request.EndTimestamp, out DeadLetterCursor cursor, out problem))
            return null;

        int most = Math.Clamp(request.MaxCount, 1, _options.MaxListed);
        var walk = new DeadLetterWalk(topic, cursor, request.BeginTimestamp, _options.MaxExamined);
        var list = new DeadLetterList { Broker = _node.Identity.BrokerName, Group = request.Group };
        while (list.DeadLetters.Count < most && walk.TryMove(out long position))
        {
            if (!TryRead(position, topic, out RecordLease lease))
                continue;

            using (lease)
            {
                RecordView.TryRead(lease.Bytes, out RecordView letter);
                if (letter.StoreTimestamp > cursor.UntilMilliseconds)
                    walk.SkipQueue();
                else if (request.Topic is null || ResendCopy.OriginTopicOf(letter.Properties) == request.Topic)
                    list.DeadLetters.Add(Describe(letter));
            }
        }

        list.Examined = walk.Examined;
        list.Next = walk.Next?.ToString();
        return list;
    }

    /// <summary>One dead letter with all that it carries; null with the problem.</summary>
    public DeadLetterDetails? Show(ShowDeadLetterRequest request, out string? problem)
    {
        TopicHandle? topic = FindTopic(request.Group, out problem);
        if (topic is null)
            return null;

        if (!TryFind(topic, request.MessageId, out RecordLease lease))
        {
            problem = NotFound(request.Group, request.MessageId);
            return null;
        }

        using (lease)
        {
            RecordView.TryRead(lease.Bytes, out RecordView letter);
            int shown = Math.Min(letter.Body.Length, _options.MaxShownBodyBytes);
            return new DeadLetterDetails
            {
                Letter = Describe(letter),
                Properties = PropertyBlock.ToDictionary(letter.PropertiesWithoutChecksum),
                Flag = letter.Flag,
                SystemFlags = (int)letter.SystemFlags,
                Body = Convert.ToBase64String(letter.Body[..shown]),
            };
        }
    }

    internal static string NotFound(string group, string messageId) =>
        $"'{messageId}' is no dead letter of the group '{group}' on this broker; give an id that the list shows.";

    /// <summary>The dead-letter topic of a group.</summary>
    internal TopicHandle? FindTopic(string group, out string? problem)
    {
        TopicHandle? topic = _node.Topics.Find(TopicNames.DeadLetterOf(group));
        problem = topic is null ? $"The group '{group}' has no dead letters on this broker." : null;
        return topic;
    }

    /// <summary>Where a request begins: where its cursor says, or with what there is by now.</summary>
    internal bool TryBegin(string? text, long endTimestamp, out DeadLetterCursor cursor, out string? problem)
    {
        problem = null;
        cursor = DeadLetterCursor.StartUntil(Math.Min(endTimestamp, _node.Now));
        return text is null || DeadLetterCursor.TryParse(text, out cursor, out problem);
    }

    /// <summary>Finds a dead letter by the identifier of its own, or by its producer's.</summary>
    internal bool TryFind(TopicHandle topic, string messageId, out RecordLease lease)
    {
        lease = default;
        if (OffsetMessageId.TryParse(messageId, out OffsetMessageId id)
            && TryRead(id.PhysicalOffset, topic, out lease))
        {
            return true;
        }

        foreach (long position in _node.Queries.PositionsOf(topic.Name, messageId, 1))
        {
            if (TryRead(position, topic, out lease))
                return true;
        }

        return false;
    }

    /// <summary>Borrows the record of a dead letter, verified; false when there is none of this topic.</summary>
    internal bool TryRead(long position, TopicHandle topic, out RecordLease lease)
    {
        if (position >= _node.Store.Log.ConfirmedUntil || !_node.Store.Log.TryRead(position, out lease))
        {
            lease = default;
            return false;
        }

        bool isLetter = RecordView.TryRead(lease.Bytes, out RecordView record) == RecordDefect.None
            && record.Verify(position, _node.Store.Options.RequireRecordChecksums) == RecordDefect.None
            && record.Topic.SequenceEqual(topic.Utf8Name);
        if (!isLetter)
            lease.Dispose();
        return isLetter;
    }

    /// <summary>What lists show of the dead letter at a position; null when there is none.</summary>
    internal DeadLetterEntry? Describe(long position)
    {
        if (!_node.Store.Log.TryRead(position, out RecordLease lease))
            return null;

        using (lease)
        {
            return RecordView.TryRead(lease.Bytes, out RecordView letter) == RecordDefect.None
                ? Describe(letter)
                : null;
        }
    }

    private DeadLetterSummary Summarise(TopicHandle topic)
    {
        var summary = new DeadLetterSummary { Group = topic.Name[TopicNames.DeadLetterPrefix.Length..] };
        for (int queueId = 0; queueId < topic.Config.ReadQueues; queueId++)
        {
            Storage.ConsumeQueues.ConsumeQueue queue = topic.Queue(queueId);
            long min = queue.GetMinOffset();
            if (queue.MaxOffset == min)
                continue;

            long oldest = _node.Queries.StoreTimeOf(queue, min);
            long newest = _node.Queries.StoreTimeOf(queue, queue.MaxOffset - 1);
            summary.OldestTimestamp = summary.Count == 0 ? oldest : Math.Min(summary.OldestTimestamp, oldest);
            summary.NewestTimestamp = Math.Max(summary.NewestTimestamp, newest);
            summary.Count += queue.MaxOffset - min;
        }

        return summary;
    }

    private DeadLetterEntry Describe(RecordView letter)
    {
        ReadOnlySpan<byte> properties = letter.Properties;
        DeadLetterCause cause = DeadLetterCause.Read(properties, letter.ReconsumeTimes);
        ResentLetter? resent = _node.Resent.Find(letter.PhysicalOffset);
        return new DeadLetterEntry
        {
            MessageId = new OffsetMessageId(letter.StoreHost, letter.PhysicalOffset).ToString(),
            QueueId = letter.QueueId,
            QueueOffset = letter.QueueOffset,
            UniqueKey = Text(properties, PropertyNames.UniqueKey),
            Keys = Text(properties, PropertyNames.Keys),
            Tags = Text(properties, PropertyNames.Tags),
            OriginTopic = ResendCopy.OriginTopicOf(properties),
            OriginMessageId = Text(properties, PropertyNames.OriginMessageId),
            Reason = cause.ReasonName,
            Attempts = cause.Attempts,
            Consumer = cause.Consumer.Length > 0 ? cause.Consumer : null,
            Error = cause.Error.Length > 0 ? cause.Error : null,
            BornTimestamp = letter.BornTimestamp,
            DeadTimestamp = letter.StoreTimestamp,
            BodyBytes = letter.Body.Length,
            ResentCount = resent?.Count ?? 0,
            ResentTimestamp = resent?.AtMilliseconds,
        };
    }

    private static string? Text(ReadOnlySpan<byte> properties, ReadOnlySpan<byte> name) =>
        PropertyBlock.TryGet(properties, name, out ReadOnlySpan<byte> text) && !text.IsEmpty
            ? Encoding.UTF8.GetString(text)
            : null;
}
