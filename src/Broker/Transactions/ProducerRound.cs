using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Producers;

namespace OrleansMq.Broker.Transactions;

/// <summary>Asks the producers that are connected to this broker, those of a group in turn. Thread-safe.</summary>
public sealed class ProducerRound
{
    private readonly ProducerCatalog _producers;
    private readonly IClientChannels _channels;
    private int _turn;

    internal ProducerRound(ProducerCatalog producers, IClientChannels channels)
    {
        _producers = producers;
        _channels = channels;
    }

    /// <summary>Whether a producer of a group could be asked now.</summary>
    public bool HasOpen(string group) =>
        _producers.MembersOf(group).Any(member => _channels.IsOpen(member.ChannelId));

    /// <summary>Asks the next one whose connection is open; false when there is none.</summary>
    public bool Ask(TransactionQuestion question)
    {
        IReadOnlyList<ProducerMember> members = _producers.MembersOf(question.ProducerGroup);
        int first = Interlocked.Increment(ref _turn) & int.MaxValue;
        for (int index = 0; index < members.Count; index++)
        {
            if (_channels.Ask(members[(first + index) % members.Count].ChannelId, question))
                return true;
        }

        return false;
    }
}
