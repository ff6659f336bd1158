namespace OrleansMq.Client.Consuming;

/// <summary>What can become of a message that a handler had.</summary>
public enum ConsumeAction
{
    /// <summary>It is done.</summary>
    Ack,

    /// <summary>It comes again.</summary>
    Retry,

    /// <summary>It is kept among the group's dead letters.</summary>
    DeadLetter,
}
