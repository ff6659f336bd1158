using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Retries;

namespace OrleansMq.Broker.Tests.Retries;

public sealed class RetryDecisionTests
{
    private static readonly SubscriptionGroupConfig Group = new() { Name = "group" };

    [Theory]
    [InlineData(0, 0, null, RetryKind.Retry, 3)]
    [InlineData(0, 1, null, RetryKind.Retry, 4)]
    [InlineData(0, 15, null, RetryKind.Retry, 18)]
    [InlineData(0, 16, null, RetryKind.DeadLetter, 0)]
    [InlineData(5, 0, null, RetryKind.Retry, 5)]
    [InlineData(5, 15, null, RetryKind.Retry, 5)]
    [InlineData(5, 16, null, RetryKind.DeadLetter, 0)]
    [InlineData(-1, 0, null, RetryKind.DeadLetter, 0)]
    [InlineData(0, 1, 2, RetryKind.Retry, 4)]
    [InlineData(0, 2, 2, RetryKind.DeadLetter, 0)]
    [InlineData(0, 0, 0, RetryKind.DeadLetter, 0)]
    [InlineData(0, 15, -1, RetryKind.Retry, 18)]
    [InlineData(0, 16, -1, RetryKind.DeadLetter, 0)]
    [InlineData(0, int.MaxValue - 1, int.MaxValue, RetryKind.Retry, int.MaxValue)]
    public void Decide_FollowsLevelAndTries(
        int levelAsked, int reconsumeTimes, int? maxTimes, RetryKind kind, int level) =>
        Assert.Equal(
            new RetryDecision(kind, level, ReasonOf(kind, levelAsked)),
            RetryDecision.Decide(levelAsked, reconsumeTimes, maxTimes, Group));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Decide_Drops_WhenTheGroupHasNoRetryQueue(int levelAsked) => Assert.Equal(
        new RetryDecision(RetryKind.Drop, 0), RetryDecision.Decide(
            levelAsked, 0, null, Group with { RetryQueues = 0 }));

    private static DeadLetterReason ReasonOf(RetryKind kind, int levelAsked) => kind != RetryKind.DeadLetter
        ? DeadLetterReason.Unknown
        : levelAsked < 0 ? DeadLetterReason.ConsumerGaveUp : DeadLetterReason.AttemptsUsedUp;
}
