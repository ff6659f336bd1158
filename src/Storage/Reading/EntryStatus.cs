namespace OrleansMq.Storage.Reading;

/// <summary>What reading the message of one entry of a queue found.</summary>
public enum EntryStatus
{
    /// <summary>The record was copied.</summary>
    Copied,

    /// <summary>The filter does not want it.</summary>
    Filtered,

    /// <summary>There is no intact record any more.</summary>
    Unreadable,
}
