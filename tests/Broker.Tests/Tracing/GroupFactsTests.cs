using OrleansMq.Broker.Tracing;

namespace OrleansMq.Broker.Tests.Tracing;

public sealed class GroupFactsTests
{
    private static readonly GroupFacts Subscribed = new() { IsSubscribed = true, Offset = 10 };

    public static TheoryData<GroupFacts, MessageStatus> Cases => new()
    {
        { new GroupFacts { Offset = 10 }, MessageStatus.NotSubscribed },
        { Subscribed, MessageStatus.NotConsumedYet },
        { new GroupFacts { Offset = 10, CommittedOffset = 3 }, MessageStatus.NotConsumedYet },
        { Subscribed with { CommittedOffset = 10 }, MessageStatus.NotConsumedYet },
        { Subscribed with { CommittedOffset = 11 }, MessageStatus.Consumed },
        { Subscribed with { CommittedOffset = 11, IsFiltered = true }, MessageStatus.Filtered },
        { Subscribed with { IsDelivered = true, CommittedOffset = 10 }, MessageStatus.Delivered },
        { Subscribed with { IsDelivered = true, IsFiltered = true }, MessageStatus.Filtered },
        { Subscribed with { IsDelivered = true, IsAcknowledged = true }, MessageStatus.Consumed },
        { Subscribed with { IsBroadcasting = true, IsDelivered = true }, MessageStatus.Broadcasting },
        { Subscribed with { CommittedOffset = 11, NewestRetry = 500 }, MessageStatus.Retrying },
        { Subscribed with { CommittedOffset = 11, NewestRetry = 500, IsRetryConsumed = true }, MessageStatus.Consumed },
        { Subscribed with { CommittedOffset = 11, NewestDeadLetter = 500 }, MessageStatus.DeadLettered },
        {
            Subscribed with { NewestRetry = 500, IsRetryConsumed = true, NewestDeadLetter = 600 },
            MessageStatus.DeadLettered
        },
        { Subscribed with { NewestDeadLetter = 600, NewestRetry = 700 }, MessageStatus.Retrying },
        {
            Subscribed with { NewestDeadLetter = 600, NewestRetry = 700, IsRetryConsumed = true },
            MessageStatus.Consumed
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Status_IsTheNewestFact(GroupFacts facts, MessageStatus expected) => Assert.Equal(expected, facts.Status);

    [Fact]
    public void Status_HasAName_OfItsOwn() => Assert.Equal(
        Enum.GetValues<MessageStatus>().Length, Enum.GetValues<MessageStatus>().Select(GroupFacts.NameOf).Distinct().Count());
}
