using OrleansMq.Gateway.Hosting;

namespace OrleansMq.Grains.Hosting;

/// <summary>The broker of a silo, for code in the same process.</summary>
public interface ISiloBroker
{
    /// <summary>The broker with its store and its listener.</summary>
    /// <exception cref="InvalidOperationException">It is not open.</exception>
    BrokerHost Host { get; }
}
