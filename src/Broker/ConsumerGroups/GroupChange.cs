namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>The outcome of a call to a group.</summary>
/// <param name="Effects">What must be done, in this order; empty when nothing changed.</param>
/// <param name="Problem">Why the call was refused; null otherwise.</param>
public readonly record struct GroupChange(IReadOnlyList<GroupEffect> Effects, string? Problem)
{
    /// <summary>Whether the call was carried out.</summary>
    public bool IsAccepted => Problem is null;

    internal static GroupChange Nothing => new([], null);

    internal static GroupChange Refuse(string problem) => new([], problem);
}
