namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>Who drives the consumption.</summary>
public enum ConsumeType
{
    /// <summary>The application pulls. Wire: CONSUME_ACTIVELY.</summary>
    Actively,

    /// <summary>The client library pulls and calls the application. Wire: CONSUME_PASSIVELY.</summary>
    Passively,

    /// <summary>The broker hands out messages to any member. Wire: CONSUME_POP.</summary>
    Pop,
}

/// <summary>Who gets a message.</summary>
public enum MessageModel
{
    /// <summary>One member of the group. Wire: CLUSTERING.</summary>
    Clustering,

    /// <summary>Every member of the group. Wire: BROADCASTING.</summary>
    Broadcasting,
}

/// <summary>Where a group without a committed offset begins.</summary>
public enum ConsumeFromWhere
{
    /// <summary>Behind the newest message. Wire: CONSUME_FROM_LAST_OFFSET and its retired variants.</summary>
    LastOffset,

    /// <summary>At the oldest message. Wire: CONSUME_FROM_FIRST_OFFSET.</summary>
    FirstOffset,

    /// <summary>At a time. Wire: CONSUME_FROM_TIMESTAMP.</summary>
    Timestamp,
}

/// <summary>The language of a filter.</summary>
public enum ExpressionKind
{
    /// <summary>Tags separated by "||", or "*". Wire: TAG.</summary>
    Tag,

    /// <summary>A condition on properties. Wire: SQL92.</summary>
    Sql92,
}
