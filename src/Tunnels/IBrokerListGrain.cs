namespace OrleansMq.Tunnels;

/// <summary>Which brokers are there, as the silo that is asked has it. Any silo answers for itself.</summary>
[Alias("OrleansMq.BrokerList")]
public interface IBrokerListGrain : IGrainWithIntegerKey
{
    /// <summary>The key that callers use.</summary>
    public const long Key = 0;

    /// <summary>The brokers that are alive, the one of the silo that answers first.</summary>
    [Alias("List")]
    Task<BrokerPlace[]> List();
}
