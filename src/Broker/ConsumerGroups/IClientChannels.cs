using OrleansMq.Broker.Transactions;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>
/// The broker's way to clients that did not ask anything. Thread-safe; a channel that is gone is passed over.
/// </summary>
public interface IClientChannels
{
    /// <summary>Tells clients that the members or topics of a group changed. RocketMQ: code 40.</summary>
    void NotifyMembersChanged(string group, IReadOnlyList<long> channelIds);

    /// <summary>
    /// Asks a producer what became of a transaction; it answers with a request of its own. False when the channel is
    /// gone. RocketMQ: code 39.
    /// </summary>
    bool Ask(long channelId, TransactionQuestion question);

    /// <summary>Closes the connection of a client that fell silent.</summary>
    void Close(long channelId, string reason);
}
