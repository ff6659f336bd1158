namespace OrleansMq.Broker.DeadLetters;

/// <summary>Who sees a dead letter that is sent again.</summary>
public enum ResendTarget
{
    /// <summary>Only the group that gave it up: it comes through the group's retry topic.</summary>
    Group,

    /// <summary>All groups: it goes to the topic that it came from, as if it were new.</summary>
    Topic,
}
