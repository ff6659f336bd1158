namespace OrleansMq.Crash.Tests.Histories;

/// <summary>Compares what was sent and acknowledged with what a broker has.</summary>
public static class HistoryChecker
{
    /// <summary>Checks the content of all queues.</summary>
    /// <param name="attempts">Everything that was sent.</param>
    /// <param name="queues">Every queue, whole.</param>
    /// <param name="isAfterDue">Whether all delayed messages must have been delivered.</param>
    public static IReadOnlyList<Violation> Check(
        IReadOnlyCollection<SendAttempt> attempts, IReadOnlyList<QueueContent> queues, bool isAfterDue)
    {
        var violations = new List<Violation>();
        var byId = attempts.ToDictionary(attempt => attempt.Id);
        var found = new Dictionary<string, StoredMessage>(byId.Count);
        foreach (QueueContent queue in queues)
        {
            CheckDense(queue, violations);
            foreach (StoredMessage message in queue.Messages)
                CheckMessage(queue, message, byId, found, violations);
            CheckOrder(queue, byId, violations);
        }

        foreach (SendAttempt attempt in attempts)
        {
            bool mustBeThere = attempt.IsAcknowledged && (isAfterDue || attempt.Due is null);
            if (!found.TryGetValue(attempt.Id, out StoredMessage message))
            {
                if (mustBeThere)
                    violations.Add(new(ViolationKind.Lost, $"{Describe(attempt)} is not there"));
            }
            else if (attempt.IsAcknowledged && attempt.Due is null && message.Offset != attempt.Offset)
            {
                violations.Add(new(ViolationKind.Moved, $"{Describe(attempt)} is at {message.Offset}"));
            }
        }

        return violations;
    }

    /// <summary>Checks a group's committed offset of a queue after a restart.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="found">What the broker says; null for none.</param>
    /// <param name="atLeast">The last offset acknowledged before the window that the broker may lose; null for none.</param>
    /// <param name="atMost">The highest offset that was ever sent to be committed.</param>
    public static IReadOnlyList<Violation> CheckCommitted(string queue, long? found, long? atLeast, long atMost)
    {
        if (atLeast is not null && (found is null || found < atLeast))
            return [new(ViolationKind.OffsetWentBack, $"{queue} is committed until {found?.ToString() ?? "nothing"}; at least {atLeast} was expected")];
        return found > atMost
            ? [new(ViolationKind.OffsetAhead, $"{queue} is committed until {found}; at most {atMost} was expected")]
            : [];
    }

    private static void CheckDense(QueueContent queue, List<Violation> violations)
    {
        long expected = queue.MinOffset;
        foreach (StoredMessage message in queue.Messages)
        {
            if (message.Offset != expected)
                violations.Add(new(ViolationKind.Gap, $"{queue} gave {message.Offset} where {expected} was expected"));
            expected = message.Offset + 1;
        }

        if (expected != queue.MaxOffset)
            violations.Add(new(ViolationKind.Gap, $"{queue} ends at {expected}, but says that it ends at {queue.MaxOffset}"));
    }

    private static void CheckMessage(
        QueueContent queue, StoredMessage message, Dictionary<string, SendAttempt> byId,
        Dictionary<string, StoredMessage> found, List<Violation> violations)
    {
        string where = $"{message.Id} at {queue} {message.Offset}";
        if (!byId.TryGetValue(message.Id, out SendAttempt? attempt) || attempt.Topic != queue.Topic || attempt.QueueId != queue.QueueId)
        {
            violations.Add(new(ViolationKind.Phantom, $"{where} was not sent to this queue"));
            return;
        }

        if (!found.TryAdd(message.Id, message))
            violations.Add(new(ViolationKind.Duplicated, $"{where} is also at {found[message.Id].Offset}"));
        if (message.BodyHash != attempt.BodyHash)
            violations.Add(new(ViolationKind.Changed, $"{where} has another body than was sent"));
        if (message.StoreTime < attempt.Due)
            violations.Add(new(ViolationKind.Early, $"{where} was delivered {(attempt.Due - message.StoreTime)!.Value.TotalMilliseconds:F0} ms early"));
    }

    /// <summary>Walks from the end: whatever was acknowledged behind a message must not have been so before it was sent.</summary>
    private static void CheckOrder(
        QueueContent queue, Dictionary<string, SendAttempt> byId, List<Violation> violations)
    {
        long firstAnsweredBehind = long.MaxValue;
        for (int index = queue.Messages.Count - 1; index >= 0; index--)
        {
            if (!byId.TryGetValue(queue.Messages[index].Id, out SendAttempt? attempt) || attempt.Due is not null)
                continue;

            if (attempt.StartedAt > firstAnsweredBehind)
                violations.Add(new(ViolationKind.Order, $"{Describe(attempt)} was sent after one behind it was acknowledged"));
            if (attempt.IsAcknowledged)
                firstAnsweredBehind = Math.Min(firstAnsweredBehind, attempt.AnsweredAt);
        }
    }

    private static string Describe(SendAttempt attempt) =>
        $"{attempt.Id} to {attempt.Topic}/{attempt.QueueId}, acknowledged at {attempt.Offset},";
}
