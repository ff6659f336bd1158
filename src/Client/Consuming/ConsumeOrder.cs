namespace OrleansMq.Client.Consuming;

/// <summary>Which messages are handed out one after another.</summary>
public enum ConsumeOrder
{
    /// <summary>None: as many at a time as the consumer may.</summary>
    None,

    /// <summary>Those of a queue.</summary>
    PerQueue,

    /// <summary>
    /// Those of a queue that have the same ordering key. Those without a key are in order among themselves.
    /// </summary>
    PerKey,
}
