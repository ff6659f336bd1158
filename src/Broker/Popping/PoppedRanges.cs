namespace OrleansMq.Broker.Popping;

/// <summary>Offsets of messages that were handed out in any order, as runs without a gap. Pure.</summary>
internal static class PoppedRanges
{
    /// <summary>Calls back for each run with its first offset and the one behind its last.</summary>
    public static void ForEach(IEnumerable<long> offsets, Action<long, long> found)
    {
        (long from, long to) = (0, 0);
        foreach (long offset in offsets.Distinct().Order())
        {
            if (offset == to && to > from)
            {
                to++;
                continue;
            }

            if (to > from)
                found(from, to);
            (from, to) = (offset, offset + 1);
        }

        if (to > from)
            found(from, to);
    }
}
