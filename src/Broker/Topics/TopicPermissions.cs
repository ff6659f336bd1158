namespace OrleansMq.Broker.Topics;

/// <summary>What may be done with a topic. Persisted and sent over the wire: numbers never change.</summary>
[Flags]
public enum TopicPermissions
{
    /// <summary>Closed.</summary>
    None = 0,

    /// <summary>Other topics may be created with this one as their template.</summary>
    Inherit = 1,

    /// <summary>Messages may be published.</summary>
    Write = 2,

    /// <summary>Messages may be consumed.</summary>
    Read = 4,

    /// <summary>Messages may be published and consumed.</summary>
    ReadWrite = Read | Write,
}
