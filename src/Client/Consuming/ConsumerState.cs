namespace OrleansMq.Client.Consuming;

/// <summary>What a consumer does.</summary>
public enum ConsumerState
{
    /// <summary>Nothing yet.</summary>
    Created,

    /// <summary>It consumes.</summary>
    Running,

    /// <summary>It keeps its queues and hands nothing out.</summary>
    Paused,

    /// <summary>It takes nothing new and waits for what is handed out.</summary>
    Stopping,

    /// <summary>It has left its group.</summary>
    Stopped,
}
