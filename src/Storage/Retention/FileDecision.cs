namespace OrleansMq.Storage.Retention;

/// <summary>What becomes of the oldest file of the log.</summary>
internal enum FileVerdict
{
    /// <summary>It stays.</summary>
    Keep,

    /// <summary>It goes once what is needed of it was stored anew.</summary>
    MoveFirst,

    /// <summary>It goes.</summary>
    Delete,
}

/// <summary>What is known of the oldest file of the log.</summary>
/// <param name="End">The position behind it.</param>
/// <param name="LastTimestamp">When its last record was stored, Unix milliseconds; 0 if that cannot be told.</param>
/// <param name="WantedFrom">The first message of a topic that is kept longer than the store says.</param>
/// <param name="NeededFrom">
/// Tells the first record that will be read again, see <see cref="IRecordHolder"/>; asked only if the file is to go.
/// </param>
internal readonly record struct FileFacts(long End, long LastTimestamp, long WantedFrom, Func<long> NeededFrom);

/// <summary>Decides whether the oldest file of the log goes.</summary>
/// <param name="Verdict">What becomes of it.</param>
/// <param name="Reason">Why it goes; empty when it stays.</param>
internal readonly record struct FileDecision(FileVerdict Verdict, string Reason)
{
    public static FileDecision Decide(
        in FileFacts file, long nowMilliseconds, double usedRatio, StoreOptions options)
    {
        string? reason = ReasonToDelete(file, nowMilliseconds, usedRatio, options);
        return reason is null ? new FileDecision(FileVerdict.Keep, "")
            : file.NeededFrom() < file.End ? new FileDecision(FileVerdict.MoveFirst, reason)
            : new FileDecision(FileVerdict.Delete, reason);
    }

    private static string? ReasonToDelete(
        in FileFacts file, long nowMilliseconds, double usedRatio, StoreOptions options)
    {
        if (options.DiskFullPolicy == DiskFullPolicy.DropOldest && usedRatio > options.DiskCleanRatio)
            return $"the disk is {usedRatio:P1} full";

        long expiry = nowMilliseconds - (long)options.Retention.TotalMilliseconds;
        bool isExpired = file.LastTimestamp > 0 && file.LastTimestamp < expiry;
        return isExpired && file.WantedFrom >= file.End ? $"older than {options.Retention}" : null;
    }
}
