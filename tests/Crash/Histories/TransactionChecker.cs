namespace OrleansMq.Crash.Tests.Histories;

/// <summary>Compares what was prepared and decided with what consumers can read.</summary>
public static class TransactionChecker
{
    /// <summary>Checks everything that is readable.</summary>
    /// <param name="attempts">Every transaction that was begun.</param>
    /// <param name="delivered">The identifiers of all messages that are readable, as often as they are.</param>
    /// <param name="open">Where half messages are not over, or null while that must not be known.</param>
    public static IReadOnlyList<Violation> Check(
        IReadOnlyCollection<TransactionAttempt> attempts, IReadOnlyCollection<string> delivered,
        IReadOnlyCollection<string>? open)
    {
        var violations = new List<Violation>();
        var byId = attempts.ToDictionary(attempt => attempt.Id);
        Dictionary<string, int> times = delivered.CountBy(id => id).ToDictionary();
        foreach ((string id, int count) in times)
        {
            if (!byId.TryGetValue(id, out TransactionAttempt? attempt))
                violations.Add(new(ViolationKind.Phantom, $"{id} was delivered, but nobody sent it"));
            else if (!attempt.IsCommit)
                violations.Add(new(ViolationKind.RolledBack, $"{Describe(attempt)} was delivered"));
            if (count > 1)
                violations.Add(new(ViolationKind.Duplicated, $"{id} was delivered {count} times"));
        }

        foreach (TransactionAttempt attempt in attempts)
            Check(attempt, times.ContainsKey(attempt.Id), isLast: open is not null, violations);
        foreach (string id in open ?? [])
            violations.Add(new(ViolationKind.StillOpen, $"{id} was decided, but is not over"));
        return violations;
    }

    private static void Check(
        TransactionAttempt attempt, bool isDelivered, bool isLast, List<Violation> violations)
    {
        bool mustBeThere = attempt.IsCommit && (attempt.EndedInLife is not null || (isLast && attempt.IsPrepared));
        if (mustBeThere && !isDelivered)
            violations.Add(new(ViolationKind.Lost, $"{Describe(attempt)} was not delivered"));

        // Within one life the question and the end may have crossed.
        if (attempt.AskedInLife > attempt.EndedInLife)
            violations.Add(new(ViolationKind.AskedAgain, $"{Describe(attempt)} was asked about after it had ended"));
    }

    private static string Describe(TransactionAttempt attempt) =>
        $"{attempt.Id} ({attempt.Plan}, {(attempt.IsPrepared ? "prepared" : "perhaps prepared")}, "
        + $"{(attempt.EndedInLife is { } life ? $"ended in life {life}" : "no end acknowledged")}, "
        + $"{attempt.Questions} questions)";
}
