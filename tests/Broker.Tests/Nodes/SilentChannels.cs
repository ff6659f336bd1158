using OrleansMq.Broker.ConsumerGroups;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Clients to which nobody needs to speak.</summary>
internal sealed class SilentChannels : IClientChannels
{
    public void NotifyMembersChanged(string group, IReadOnlyList<long> channelIds)
    {
    }

    public void Close(long channelId, string reason)
    {
    }
}
