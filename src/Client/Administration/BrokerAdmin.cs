using System.Runtime.CompilerServices;
using OrleansMq.Client.Brokers;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Client.Administration;

/// <summary>The brokers of a cluster.</summary>
public sealed class BrokerAdmin
{
    private readonly AdminCalls _calls;

    internal BrokerAdmin(AdminCalls calls) => _calls = calls;

    /// <summary>The brokers that are there now, by name.</summary>
    public Task<IReadOnlyList<BrokerAddress>> ListAsync(CancellationToken cancellation = default) =>
        _calls.BrokersAsync(cancellation);

    /// <summary>How each broker is; of one that does not answer it says why.</summary>
    public async IAsyncEnumerable<BrokerStatus> GetStatusAsync(
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
            yield return await StatusOfAsync(address, cancellation).ConfigureAwait(false);
    }

    /// <summary>The options that are in force at a broker, by RocketMQ's names and OrleansMq's own.</summary>
    public async Task<IReadOnlyDictionary<string, string>> GetConfigurationAsync(
        string brokerName, CancellationToken cancellation = default)
    {
        BrokerClient broker = await _calls.ConnectAsync(brokerName, cancellation).ConfigureAwait(false);
        return await AdminCalls.OperationsOf(broker).GetConfigurationAsync(cancellation).ConfigureAwait(false);
    }

    private async Task<BrokerStatus> StatusOfAsync(BrokerAddress address, CancellationToken cancellation)
    {
        try
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            KvTable values = await AdminCalls.AskAsync<KvTable>(
                broker, AdminCalls.Request(RequestCode.GetBrokerRuntimeInfo), KvTable.TryRead, cancellation)
                .ConfigureAwait(false);
            return new BrokerStatus(address.BrokerName!, address.Address, values.Table, null);
        }
        catch (Exception cause) when (Failures.IsOfBroker(cause))
        {
            return new BrokerStatus(
                address.BrokerName!, address.Address, new Dictionary<string, string>(), cause.Message);
        }
    }
}
