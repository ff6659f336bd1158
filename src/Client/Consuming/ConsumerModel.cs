namespace OrleansMq.Client.Consuming;

/// <summary>Who of a group gets a message.</summary>
public enum ConsumerModel
{
    /// <summary>One member: the members share the queues out among them.</summary>
    Clustering,

    /// <summary>Every member.</summary>
    Broadcasting,
}
