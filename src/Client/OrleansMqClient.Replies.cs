using OrleansMq.Client.Brokers;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Replies;
using OrleansMq.Client.Transports;

namespace OrleansMq.Client;

/// <summary>Replies to requests.</summary>
public sealed partial class OrleansMqClient
{
    internal ReplyInbox Replies => field ?? Interlocked.CompareExchange(ref field, new ReplyInbox(this), null) ?? field;

    /// <summary>
    /// Replies to a request, see <see cref="Producing.Producer.RequestAsync"/>; done when the requester has the reply.
    /// </summary>
    /// <param name="request">The request, as it was received.</param>
    /// <param name="body">The reply.</param>
    /// <param name="cancellation">Gives up the wait; the reply may arrive all the same.</param>
    /// <exception cref="ArgumentException">The message is no request.</exception>
    /// <exception cref="RemotingException">The requester is gone, or waits no longer.</exception>
    /// <exception cref="ConnectionLostException">No broker can be reached.</exception>
    public async Task ReplyAsync(
        ReceivedMessage request, ReadOnlyMemory<byte> body, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        IReadOnlyList<BrokerAddress> brokers = await this.FindBrokersAsync(cancellation).ConfigureAwait(false);

        // The requester is connected to the broker that took its request, as a rule.
        BrokerAddress[] inOrder = [.. brokers.OrderByDescending(broker => broker.BrokerName == request.BrokerName)];
        if (inOrder.Length == 0)
            throw new ConnectionLostException("The cluster has no broker now that could take the reply.", null);
        for (int index = 0; ; index++)
        {
            try
            {
                BrokerClient broker = await Connections.GetAsync(inOrder[index], cancellation).ConfigureAwait(false);
                await broker.ReplyAsync(request, body, cancellation).ConfigureAwait(false);
                return;
            }
            catch (Exception cause) when (Failures.IsOfConnection(cause) && index + 1 < inOrder.Length)
            {
                // Any broker of a cluster finds the requester.
            }
        }
    }
}
