using System.Collections.Concurrent;
using OrleansMq.Client.Operating;

namespace OrleansMq.Client.Producing;

/// <summary>What each broker promises with an acknowledgement, asked once. Thread-safe.</summary>
internal sealed class BrokerPromises
{
    private const string FlushMode = "flushDiskType";

    private readonly ConcurrentDictionary<string, SendDurability> _known = new(StringComparer.Ordinal);

    /// <summary>What a broker promises; unknown if it does not say.</summary>
    public ValueTask<SendDurability> GetAsync(string brokerName, BrokerClient broker) =>
        _known.TryGetValue(brokerName, out SendDurability known)
            ? new ValueTask<SendDurability>(known)
            : AskAsync(brokerName, broker);

    private async ValueTask<SendDurability> AskAsync(string brokerName, BrokerClient broker)
    {
        SendDurability promised;
        try
        {
            IReadOnlyDictionary<string, string> configuration =
                await new BrokerOperations(broker).GetConfigurationAsync().ConfigureAwait(false);
            promised = configuration.GetValueOrDefault(FlushMode) switch
            {
                "SYNC_FLUSH" => SendDurability.Disk,
                "ASYNC_FLUSH" => SendDurability.Process,
                _ => SendDurability.Unknown,
            };
        }
        catch (RemotingException)
        {
            // A broker may keep its configuration for itself.
            promised = SendDurability.Unknown;
        }

        _known[brokerName] = promised;
        return promised;
    }
}
