using OrleansMq.Storage;

namespace OrleansMq.Gateway.Hosting;

/// <summary>What a host says once its broker listens.</summary>
public static class Greeting
{
    /// <summary>Three lines: where it listens, where its data lies, what an acknowledgement promises.</summary>
    public static string Of(BrokerHost host)
    {
        StoreOptions store = host.Node.Store.Options;
        string promise = store.FlushMode == FlushMode.Sync
            ? "once they are on disk"
            : $"from memory and are on disk within {store.FlushWindow.TotalMilliseconds:F0} ms";
        return $"""
            {Who(host)} (name server and broker)
            Its data lies in {store.Directory}
            Sends are acknowledged {promise}. Ctrl-C stops it.
            """;
    }

    private static string Who(BrokerHost host)
    {
        string who = $"OrleansMq broker '{host.Node.Identity.BrokerName}'";
        return host.EndPoint is { } endPoint
            ? $"{who} listens on {endPoint}, for clients at {host.Node.Identity.AddressText}"
            : $"{who} serves its own process, and its Orleans cluster if it is in one, and listens nowhere";
    }
}
