using System.Runtime.CompilerServices;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Transports;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Client.Administration;

/// <summary>Messages that are kept, and what happened to them.</summary>
public sealed class MessageAdmin
{
    private readonly AdminCalls _calls;

    internal MessageAdmin(AdminCalls calls) => _calls = calls;

    /// <summary>The message of an identifier that a broker gave; null if no broker keeps it.</summary>
    /// <exception cref="ArgumentException">The text is no such identifier.</exception>
    public async Task<ReceivedMessage?> ViewAsync(string offsetMessageId, CancellationToken cancellation = default)
    {
        if (!OffsetMessageId.TryParse(offsetMessageId, out OffsetMessageId id))
        {
            throw new ArgumentException(
                $"'{offsetMessageId}' is no message identifier of a broker: 32 or 56 hexadecimal digits. The "
                + "identifier of a producer is found with its topic.", nameof(offsetMessageId));
        }

        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            try
            {
                ReceivedMessage message = await broker.ViewAsync(id.PhysicalOffset, cancellation).ConfigureAwait(false);
                if (!string.Equals(message.OffsetMessageId, offsetMessageId, StringComparison.OrdinalIgnoreCase))
                    continue;
                message.BrokerName = address.BrokerName;
                return message;
            }
            catch (RemotingException refusal) when (
                refusal.Code is ResponseCode.SystemError or ResponseCode.QueryNotFound)
            {
                // It is another broker's, or not kept any more.
            }
        }

        return null;
    }

    /// <summary>The messages of a topic that carry a key, of all brokers, the oldest first.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">One of the message's keys, or the identifier that its producer gave.</param>
    /// <param name="from">Stored at this time or later; null for any.</param>
    /// <param name="until">Stored at this time or before; null for any.</param>
    /// <param name="maxMessages">The most wanted of each broker; brokers have a limit of their own.</param>
    /// <param name="cancellation">Gives up.</param>
    public async IAsyncEnumerable<ReceivedMessage> FindAsync(
        string topic, string key, DateTimeOffset? from = null, DateTimeOffset? until = null, int maxMessages = 64,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        List<ReceivedMessage> found = [];
        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            foreach (ReceivedMessage message in await broker.QueryByKeyAsync(
                topic, key, maxMessages, from, until, cancellation).ConfigureAwait(false))
            {
                message.BrokerName = address.BrokerName;
                found.Add(message);
            }
        }

        foreach (ReceivedMessage message in found.OrderBy(message => message.StoreTime))
            yield return message;
    }

    /// <summary>What happened to a message, from each broker that knows of it.</summary>
    /// <param name="id">The broker's identifier; with a topic also the producer's, or a key.</param>
    /// <param name="topic">The topic; null when the broker's identifier is given.</param>
    /// <param name="group">The only group of interest; null for all.</param>
    /// <param name="maxMessages">The most messages wanted of each broker.</param>
    /// <param name="cancellation">Gives up.</param>
    public async IAsyncEnumerable<MessageTrace> TraceAsync(
        string id, string? topic = null, string? group = null, int maxMessages = 16,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var request = new TraceMessageRequest(id, topic, group, maxMessages);
        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            MessageTrace? trace = await AdminCalls.OperationsOf(broker).TraceAsync(request, cancellation)
                .ConfigureAwait(false);
            if (trace is not null)
                yield return trace;
        }
    }
}
