namespace OrleansMq.Messages.Records;

/// <summary>Why bytes are not a valid record.</summary>
public enum RecordDefect
{
    /// <summary>The record is valid.</summary>
    None,

    /// <summary>The first eight bytes, or all if there are fewer, are zero: nothing was ever written here.</summary>
    Empty,

    /// <summary>The bytes end before the record does.</summary>
    Truncated,

    /// <summary>The magic number is none of RocketMQ's.</summary>
    Magic,

    /// <summary>The bytes mark the unused end of a log file.</summary>
    Blank,

    /// <summary>The lengths of its parts do not add up to the record's size.</summary>
    Lengths,

    /// <summary>The record says that it belongs to another place of the log.</summary>
    Position,

    /// <summary>The checksum differs: the record was changed or only partly written.</summary>
    Checksum,
}
