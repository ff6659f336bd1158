using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.Transactions;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>
/// The broker's way to clients that did not ask anything. Thread-safe; a channel that is gone is passed over.
/// </summary>
public interface IClientChannels
{
    /// <summary>Tells clients that the members or topics of a group changed. RocketMQ: code 40.</summary>
    void NotifyMembersChanged(string group, IReadOnlyList<long> channelIds);

    /// <summary>Whether a channel is open.</summary>
    bool IsOpen(long channelId);

    /// <summary>
    /// Asks a producer what became of a transaction; it answers with a request of its own. False when the channel is
    /// gone. RocketMQ: code 39.
    /// </summary>
    bool Ask(long channelId, TransactionQuestion question);

    /// <summary>
    /// Calls a client and waits for its answer. Whatever goes wrong is an answer too; see
    /// <see cref="ClientCallStatus"/>.
    /// </summary>
    ValueTask<ClientAnswer> CallAsync(long channelId, ClientCall call, TimeSpan timeout);

    /// <summary>Tells a client something that it does not answer; false when the channel is gone.</summary>
    bool Tell(long channelId, ClientCall call);

    /// <summary>Closes the connection of a client that fell silent.</summary>
    void Close(long channelId, string reason);
}
