using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Transactions;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Clients that say nothing; what they are asked can be looked up.</summary>
internal sealed class SilentChannels : IClientChannels
{
    /// <summary>What producers were asked, and over which channel.</summary>
    public List<(long Channel, TransactionQuestion Question)> Questions { get; } = [];

    /// <summary>The channels that are gone, although their clients still count as online.</summary>
    public HashSet<long> Gone { get; } = [];

    public void NotifyMembersChanged(string group, IReadOnlyList<long> channelIds)
    {
    }

    public bool IsOpen(long channelId) => !Gone.Contains(channelId);

    public bool Ask(long channelId, TransactionQuestion question)
    {
        if (Gone.Contains(channelId))
            return false;

        Questions.Add((channelId, question));
        return true;
    }

    /// <summary>What clients were told, and over which channel.</summary>
    public List<(long Channel, ClientCall Call)> Told { get; } = [];

    public ValueTask<ClientAnswer> CallAsync(long channelId, ClientCall call, TimeSpan timeout) =>
        ValueTask.FromResult(ClientAnswer.Unanswered(ClientCallStatus.TimedOut));

    public bool Tell(long channelId, ClientCall call)
    {
        Told.Add((channelId, call));
        return !Gone.Contains(channelId);
    }

    public void Close(long channelId, string reason)
    {
    }
}
