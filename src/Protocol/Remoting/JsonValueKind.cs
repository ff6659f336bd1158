namespace OrleansMq.Protocol.Remoting;

/// <summary>What kind of value stands in a JSON header.</summary>
internal enum JsonValueKind
{
    Text,
    Number,
    Boolean,
    Null,

    /// <summary>An object or an array, which was skipped.</summary>
    Nested,
}
