using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.ConsumerGroups;

/// <summary>
/// Passes an operator's call on to a member of a group, wherever in the cluster it is connected. What went wrong on the
/// way becomes an answer with a reason.
/// </summary>
public sealed class ConsumerCalls
{
    private readonly BrokerNode _node;

    internal ConsumerCalls(BrokerNode node) => _node = node;

    /// <summary>Calls one member of a group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="clientId">The member; empty for any.</param>
    /// <param name="minVersion">The first version of RocketMQ's clients that can do what is asked.</param>
    /// <param name="call">What is asked.</param>
    public async ValueTask<ClientAnswer> CallAsync(string group, string? clientId, int minVersion, ClientCall call)
    {
        GroupMember? member = FindMember(group, clientId);
        if (member is null)
        {
            // Another broker's member may not have been told of here yet.
            await _node.ControlPlane.ShowMembersAsync(group).ConfigureAwait(false);
            member = FindMember(group, clientId);
        }

        if (member is null)
        {
            return Problem(ResponseCode.SystemError, string.IsNullOrEmpty(clientId)
                ? $"The consumer group '{group}' has no member online."
                : $"The consumer '{clientId}' of the group '{group}' is not online.");
        }

        return FindProblem(member, minVersion) ?? Explain(
            group, member.ClientId,
            await _node.ControlPlane.Clients.CallAsync(
                ChannelTo(group, member), call, _node.Options.ClientCalls.Timeout).ConfigureAwait(false));
    }

    /// <summary>Calls all members of a group, or one, at the same time; the answers by client id.</summary>
    public async ValueTask<IReadOnlyDictionary<string, ClientAnswer>> CallAllAsync(
        string group, string? clientId, int minVersion, ClientCall call)
    {
        if (MembersOf(group).Count == 0)
            await _node.ControlPlane.ShowMembersAsync(group).ConfigureAwait(false);

        KeyValuePair<string, ClientAnswer>[] answers = await Task.WhenAll(MembersOf(group)
            .Where(member => string.IsNullOrEmpty(clientId) || member.ClientId == clientId)
            .Select(async member => KeyValuePair.Create(
                member.ClientId,
                await CallAsync(group, member.ClientId, minVersion, call).ConfigureAwait(false))))
            .ConfigureAwait(false);
        return answers.ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>
    /// Tells the members of a group something, those elsewhere in the cluster too, and waits for none of them.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="minVersion">The first version of RocketMQ's clients that understand it.</param>
    /// <param name="callFor">What a member is told.</param>
    public Task TellAllAsync(string group, int minVersion, Func<GroupMember, ClientCall> callFor) =>
        Task.WhenAll(MembersOf(group).Where(member => member.Version >= minVersion).Select(async member =>
            await _node.ControlPlane.Clients.TellAsync(ChannelTo(group, member), callFor(member))
                .ConfigureAwait(false)));

    private IReadOnlyList<GroupMember> MembersOf(string group) =>
        _node.Groups.Find(group)?.Read(state => state.Members) ?? [];

    private GroupMember? FindMember(string group, string? clientId) => _node.Groups.Find(group)?.Read(
        state => !string.IsNullOrEmpty(clientId) ? state.FindMember(clientId)
            : state.Members is [GroupMember any, ..] ? any
            : null);

    /// <summary>A member's connection to this broker if it has one, else the one it was heard over last.</summary>
    private ClientChannel ChannelTo(string group, GroupMember member)
    {
        IReadOnlyList<ClientChannel> channels =
            _node.Groups.Find(group)?.Read(state => state.ChannelsOf(member.ClientId)) ?? [];
        foreach (ClientChannel channel in channels)
        {
            if (channel.BrokerName == _node.Identity.BrokerName)
                return channel;
        }

        return member.Channel;
    }

    private static ClientAnswer? FindProblem(GroupMember member, int minVersion) => member.Version >= minVersion
        ? null
        : Problem(
            ResponseCode.SystemError,
            $"The consumer '{member.ClientId}' is of the version {member.Version}, which cannot do this; {minVersion} "
            + "and later can (see MQVersion of RocketMQ).");

    private static ClientAnswer Explain(string group, string clientId, ClientAnswer answer)
    {
        string client = $"The consumer '{clientId}' of the group '{group}'";
        return answer.Status switch
        {
            ClientCallStatus.Answered => answer,
            ClientCallStatus.Gone => Problem(ResponseCode.SystemError, $"{client} went offline."),
            ClientCallStatus.TimedOut => Problem(
                ResponseCode.ConsumeMessageTimeout,
                $"{client} did not answer in time. Whether it did what was asked is unknown."),
            ClientCallStatus.TooMany => Problem(
                ResponseCode.SystemBusy,
                $"{client} was not asked: too many calls wait for clients. Try again later, or raise "
                + $"{ClientCallOptions.Section}."),
            _ => Problem(
                ResponseCode.SystemError,
                $"{client} is connected to a broker that cannot be reached. Try again later."),
        };
    }

    private static ClientAnswer Problem(ResponseCode code, string problem) =>
        ClientAnswer.Unanswered(ClientCallStatus.Answered) with { Code = (int)code, Remark = problem };
}
