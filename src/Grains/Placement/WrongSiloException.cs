namespace OrleansMq.Grains.Placement;

/// <summary>
/// A call came to a silo that does not own the broker's log, or not any more. Nothing was done; calling again leads to
/// the owner. Callers that added OrleansMq to their builder do so by themselves.
/// </summary>
[GenerateSerializer, Alias("OrleansMq.WrongSilo")]
public sealed class WrongSiloException : Exception
{
    /// <summary>Says who owns it.</summary>
    /// <param name="brokerName">The broker.</param>
    /// <param name="owner">The silo that owns it; null while no silo that is alive does.</param>
    public WrongSiloException(string brokerName, string? owner)
        : base(owner is null
            ? $"The broker '{brokerName}' is not there now; its queues are back when its silo is."
            : $"The broker '{brokerName}' is on the silo {owner}, not here.")
    {
        BrokerName = brokerName;
        Owner = owner;
    }

    /// <summary>The broker.</summary>
    [Id(0)]
    public string BrokerName { get; private set; }

    /// <summary>The silo that owns it; null while no silo that is alive does.</summary>
    [Id(1)]
    public string? Owner { get; private set; }
}
