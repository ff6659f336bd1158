using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Transactions;
using OrleansMq.Protocol.Bodies;
using SubscriptionGroupConfig = OrleansMq.Broker.ConsumerGroups.SubscriptionGroupConfig;

namespace OrleansMq.Broker.Tests.ConsumerGroups;

/// <summary>Members that are decided elsewhere and shown at this broker.</summary>
public sealed class GroupHandleTests : IClientChannels
{
    private readonly List<string> _told = [];
    private readonly GroupHandle _group;

    public GroupHandleTests() => _group = new GroupHandle(
        new SubscriptionGroupConfig { Name = "g" }, new BrokerOptions(), this, TimeProvider.System, NullLogger.Instance);

    [Fact]
    public void Show_TellsTheMembersOfThisBroker_WhenTheEpochChanged()
    {
        GroupSnapshot first = Members(5, ("c1", "broker-a", 11), ("c2", "broker-b", 12));
        _group.Show(first);
        _group.Show(first);
        Assert.Equal(["g: 11"], _told);
        Assert.Equal(["c1", "c2"], _group.Read(group => group.ClientIds.ToArray()));

        _group.Show(Members(6, ("c2", "broker-b", 12)));
        Assert.Equal(["g: 11"], _told);
        Assert.Equal(["c2"], _group.Read(group => group.ClientIds.ToArray()));
    }

    [Fact]
    public void Show_PassesOverWhatIsOlder()
    {
        _group.Show(Members(6, ("c2", "broker-a", 12)));
        _group.Show(Members(5, ("c1", "broker-a", 11)));
        Assert.Equal((6, "c2"), (_group.Epoch, _group.Read(group => group.ClientIds.Single())));
    }

    [Fact]
    public void Show_TellsNobody_WhenTheGroupBroadcastsOrWantsNoNotice()
    {
        _group.Show(Members(1, ("c1", "broker-a", 11)) with { MessageModel = MessageModel.Broadcasting });
        _group.Config = _group.Config with { NotifyConsumerIdsChangedEnable = false };
        _group.Show(Members(2, ("c1", "broker-a", 11)));
        Assert.Empty(_told);
    }

    bool IClientChannels.IsOpen(long channelId) => true;

    bool IClientChannels.Ask(long channelId, TransactionQuestion question) => false;

    ValueTask<ClientAnswer> IClientChannels.CallAsync(long channelId, ClientCall call, TimeSpan timeout) =>
        ValueTask.FromResult(ClientAnswer.Unanswered(ClientCallStatus.Gone));

    bool IClientChannels.Tell(long channelId, ClientCall call) => false;

    void IClientChannels.NotifyMembersChanged(string group, IReadOnlyList<long> channelIds) =>
        _told.Add($"{group}: {string.Join(' ', channelIds)}");

    void IClientChannels.Close(long channelId, string reason) => _told.Add($"closed {channelId}");

    private static GroupSnapshot Members(long epoch, params (string ClientId, string Broker, long Channel)[] members) => new()
    {
        Name = "g",
        Epoch = epoch,
        Members =
        [
            .. from member in members
               let channel = new ClientChannel(member.Broker, member.Channel)
               select new MemberSnapshot(new GroupMember { ClientId = member.ClientId, Channel = channel }, [channel]),
        ],
    };
}
