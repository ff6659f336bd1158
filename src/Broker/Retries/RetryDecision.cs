using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.DeadLetters;

namespace OrleansMq.Broker.Retries;

/// <summary>What becomes of a message that a consumer sent back.</summary>
public enum RetryKind
{
    /// <summary>It comes again after a delay.</summary>
    Retry,

    /// <summary>It goes to the group's dead-letter topic.</summary>
    DeadLetter,

    /// <summary>It is dropped, since the group has no retry queue.</summary>
    Drop,
}

/// <summary>What becomes of a message that a consumer sent back. RocketMQ: <c>consumerSendMsgBack</c>.</summary>
/// <param name="Kind">What becomes of it.</param>
/// <param name="Level">The delay level of the retry, 1 and up, not yet cut to the highest; 0 otherwise.</param>
/// <param name="Reason">Why it becomes a dead letter.</param>
public readonly record struct RetryDecision(
    RetryKind Kind, int Level, DeadLetterReason Reason = DeadLetterReason.Unknown)
{
    /// <summary>The level of the first retry, 10 s with RocketMQ's levels.</summary>
    public const int FirstLevel = 3;

    /// <summary>Decides.</summary>
    /// <param name="levelAsked">The level asked for; 0 leaves it to the broker, below 0 gives up.</param>
    /// <param name="reconsumeTimes">How often the message was tried again before.</param>
    /// <param name="maxTimesAsked">
    /// How often the consumer wants it tried again; null or negative when it does not say, or is older than 3.4.9.
    /// </param>
    /// <param name="group">The group's configuration.</param>
    public static RetryDecision Decide(
        int levelAsked, int reconsumeTimes, int? maxTimesAsked, SubscriptionGroupConfig group)
    {
        if (group.RetryQueues <= 0)
            return new RetryDecision(RetryKind.Drop, 0);

        int maxTimes = maxTimesAsked is >= 0 ? maxTimesAsked.Value : group.RetryMaxTimes;
        if (levelAsked < 0)
            return new RetryDecision(RetryKind.DeadLetter, 0, DeadLetterReason.ConsumerGaveUp);
        if (reconsumeTimes >= maxTimes)
            return new RetryDecision(RetryKind.DeadLetter, 0, DeadLetterReason.AttemptsUsedUp);

        int level = levelAsked > 0 ? levelAsked : FirstLevel + Math.Min(reconsumeTimes, int.MaxValue - FirstLevel);
        return new RetryDecision(RetryKind.Retry, level);
    }
}
