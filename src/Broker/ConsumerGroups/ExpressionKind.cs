namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>The language of a filter.</summary>
public enum ExpressionKind
{
    /// <summary>Tags separated by "||", or "*". Wire: TAG.</summary>
    Tag,

    /// <summary>A condition on properties. Wire: SQL92.</summary>
    Sql92,
}
