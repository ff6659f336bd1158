namespace OrleansMq.Messages.Records;

/// <summary>The bits of a record's sysFlag. Persisted and sent over the wire: numbers never change.</summary>
[Flags]
public enum SystemFlags
{
    /// <summary>No bit set.</summary>
    None = 0,

    /// <summary>The body is compressed.</summary>
    Compressed = 0x1,

    /// <summary>The message has more than one tag.</summary>
    MultipleTags = 0x2,

    /// <summary>A half message.</summary>
    TransactionPrepared = 0x4,

    /// <summary>A committed message.</summary>
    TransactionCommit = 0x8,

    /// <summary>A rolled back message; also the mask of the two transaction bits.</summary>
    TransactionRollback = 0xC,

    /// <summary>The born host takes 20 bytes.</summary>
    BornHostIPv6 = 0x10,

    /// <summary>The store host takes 20 bytes.</summary>
    StoreHostIPv6 = 0x20,
}
