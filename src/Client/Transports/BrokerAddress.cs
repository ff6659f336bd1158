namespace OrleansMq.Client.Transports;

/// <summary>Where a broker is.</summary>
/// <param name="Address">Its address as HOST:PORT.</param>
/// <param name="BrokerName">Its name; null while only the address is known.</param>
public sealed record BrokerAddress(string Address, string? BrokerName = null)
{
    /// <inheritdoc/>
    public override string ToString() => BrokerName is null ? Address : $"{BrokerName} ({Address})";
}
