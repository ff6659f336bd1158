using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Topics;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Records;
using OrleansMq.Messages.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Broker.DeadLetters;

/// <summary>
/// Sends dead letters again, each once unless it is forced: whatever is asked for twice, at once, or after the broker
/// was killed half-way. Thread-safe.
/// </summary>
public sealed class DeadLetterSender
{
    private readonly BrokerNode _node;
    private readonly DeadLetterOptions _options;

    internal DeadLetterSender(BrokerNode node)
    {
        _node = node;
        _options = node.Options.DeadLetters;
    }

    /// <summary>Sends some again, or says what would be sent.</summary>
    /// <returns>
    /// What came of it, and the last send, which the caller waits for; or a refusal, which may lack metadata.
    /// </returns>
    public (ResendReport? Report, SendResult Last) Send(ResendDeadLettersRequest request)
    {
        if (FindProblem(request, out TopicHandle? letters, out DeadLetterCursor cursor) is { } refusal)
            return (null, refusal);

        var run = new Run(request, letters!);
        if (request.MessageIds.Count > 0)
        {
            foreach (string messageId in request.MessageIds)
                SendOne(run, messageId);
        }
        else
        {
            SendPage(run, cursor);
        }

        return (run.Report, run.Last);
    }

    private SendResult? FindProblem(
        ResendDeadLettersRequest request, out TopicHandle? letters, out DeadLetterCursor cursor)
    {
        cursor = default;
        letters = _node.DeadLetters.FindTopic(request.Group, out string? problem);
        if (letters is null)
            return SendResult.Refused(ResponseCode.TopicNotExist, problem!);
        if (!_node.DeadLetters.TryBegin(request.Cursor, request.EndTimestamp, out cursor, out problem))
            return SendResult.Refused(ResponseCode.SystemError, problem!);
        if (request.MessageIds.Count > _options.MaxResentAtOnce)
        {
            return SendResult.Refused(
                ResponseCode.SystemError,
                $"{request.MessageIds.Count} dead letters are named; at most {_options.MaxResentAtOnce} are sent at "
                + "once. Name fewer.");
        }

        if (_node.Sender.IsDraining && !request.IsDryRun)
        {
            return SendResult.Refused(
                ResponseCode.ServiceNotAvailable,
                "The broker is drained for maintenance and takes no messages; send its dead letters later.");
        }

        // A dry run creates nothing either.
        if (request.ToTopic || request.IsDryRun)
            return null;

        GroupHandle? group = _node.Groups.Find(request.Group);
        if (group is null)
            return SendResult.Lacks(new MissingGroup(request.Group));
        return _node.Topics.Find(TopicNames.RetryOf(request.Group)) is null
            ? SendResult.Lacks(new MissingRetryTopic(request.Group, Math.Max(group.Config.RetryQueues, 1)))
            : null;
    }

    private void SendOne(Run run, string messageId)
    {
        run.Report.Examined++;
        if (!_node.DeadLetters.TryFind(run.Letters, messageId, out RecordLease lease))
        {
            run.Report.Refused++;
            run.Report.Letters.Add(new ResentEntry
            {
                MessageId = messageId,
                Outcome = ResentEntry.NotFound,
                Problem = DeadLetterOffice.NotFound(run.Request.Group, messageId),
            });
            return;
        }

        using (lease)
        {
            RecordView.TryRead(lease.Bytes, out RecordView letter);
            Send(run, letter);
        }
    }

    private void SendPage(Run run, DeadLetterCursor cursor)
    {
        ResendDeadLettersRequest request = run.Request;
        int most = Math.Clamp(request.MaxCount, 1, _options.MaxResentAtOnce);
        var walk = new DeadLetterWalk(run.Letters, cursor, request.BeginTimestamp, _options.MaxExamined);
        while (run.Report.Letters.Count < most && !run.IsStopped && walk.TryMove(out long position))
        {
            if (!_node.DeadLetters.TryRead(position, run.Letters, out RecordLease lease))
                continue;

            using (lease)
            {
                RecordView.TryRead(lease.Bytes, out RecordView letter);
                if (letter.StoreTimestamp > cursor.UntilMilliseconds)
                    walk.SkipQueue();
                else if (request.Topic is null || ResendCopy.OriginTopicOf(letter.Properties) == request.Topic)
                    Send(run, letter);
            }
        }

        // The one that the broker could not take is tried again by whoever goes on.
        if (run.IsStopped)
            walk.StepBack();
        run.Report.Examined = walk.Examined;
        run.Report.Next = walk.Next?.ToString();
    }

    private void Send(Run run, RecordView letter)
    {
        ResendTarget target = run.Request.ToTopic ? ResendTarget.Topic : ResendTarget.Group;
        string topicName = ResendCopy.TopicOf(letter, run.Request.Group, target);
        var entry = new ResentEntry
        {
            MessageId = new OffsetMessageId(letter.StoreHost, letter.PhysicalOffset).ToString(),
            Topic = topicName,
        };
        run.Report.Letters.Add(entry);
        TopicHandle? topic = topicName.Length == 0 ? null : _node.Topics.Find(topicName);
        bool isSendable = topic is null
            ? run.Request.IsDryRun && target == ResendTarget.Group
            : topic.Config.IsWritable && TopicNames.IsSendable(topicName);
        if (!isSendable)
        {
            run.Refuse(entry, $"The topic '{topicName}' does not exist on this broker, or takes no messages.");
            return;
        }

        switch (run.Claim(_node.Resent, letter.PhysicalOffset))
        {
            case ResendClaim.Full:
                run.Refuse(
                    entry, $"{_options.MaxRemembered} dead letters were sent again, the most that are remembered.");
                break;
            case ResendClaim.AlreadySent:
                run.Report.AlreadySent++;
                entry.Outcome = ResentEntry.WasSentBefore;
                break;
            case ResendClaim.BeingSent:
                run.Report.BeingSent++;
                entry.Outcome = ResentEntry.IsBeingSent;
                break;
            case ResendClaim.Claimed when run.Request.IsDryRun:
                run.Report.Sent++;
                entry.Outcome = ResentEntry.WouldBeSent;
                break;
            case ResendClaim.Claimed:
                Store(run, entry, letter, topic!, target);
                break;
        }
    }

    private void Store(Run run, ResentEntry entry, RecordView letter, TopicHandle topic, ResendTarget target)
    {
        byte[] properties = ResendCopy.PropertiesOf(letter.PropertiesWithoutChecksum, letter.PhysicalOffset, target);
        int queueId = (int)((ulong)letter.PhysicalOffset % (ulong)topic.Config.WriteQueues);
        SendResult result = properties.Length > RecordEncoder.MaxPropertiesBytes
            ? SendResult.Refused(ResponseCode.MessageIllegal, "The properties of the message are too long.")
            : _node.Sender.StoreAsIs(topic, MessageDraft.CopyOf(
                letter, topic.Utf8Name, queueId, properties, _node.Identity.StoreHost, reconsumeTimes: 0));
        if (!result.IsStored)
        {
            _node.Resent.GiveUp(letter.PhysicalOffset);
            run.Refuse(entry, result.Problem!);
            run.IsStopped = result.Code != ResponseCode.MessageIllegal;
            return;
        }

        run.Last = result;
        run.Report.Sent++;
        entry.Outcome = ResentEntry.WasSent;
        entry.CopyId = new OffsetMessageId(_node.Identity.StoreHost, result.Append.PhysicalOffset).ToString();
    }

    /// <summary>One request and what came of it so far.</summary>
    private sealed class Run(ResendDeadLettersRequest request, TopicHandle letters)
    {
        private readonly HashSet<long> _planned = [];

        public ResendDeadLettersRequest Request { get; } = request;

        public TopicHandle Letters { get; } = letters;

        public ResendReport Report { get; } = new()
        {
            Group = request.Group,
            ToTopic = request.ToTopic,
            IsDryRun = request.IsDryRun,
        };

        /// <summary>The last that was stored; a success without a position when nothing was.</summary>
        public SendResult Last { get; set; } = new(ResponseCode.Success, null, default, -1, false);

        /// <summary>Whether the broker takes no more.</summary>
        public bool IsStopped { get; set; }

        public void Refuse(ResentEntry entry, string problem)
        {
            entry.Outcome = ResentEntry.WasRefused;
            entry.Problem = problem;
            Report.Refused++;
        }

        /// <summary>A dry run claims nothing, so that it is in nobody's way.</summary>
        public ResendClaim Claim(ResentIndex resent, long physicalOffset)
        {
            if (!Request.IsDryRun)
                return resent.Claim(physicalOffset, Request.IsForced);

            ResendClaim claim = resent.Peek(physicalOffset, Request.IsForced, _planned);
            if (claim == ResendClaim.Claimed)
                _planned.Add(physicalOffset);
            return claim;
        }
    }
}
