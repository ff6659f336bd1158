namespace OrleansMq.Broker.DeadLetters;

/// <summary>Why a message became a dead letter.</summary>
public enum DeadLetterReason
{
    /// <summary>It does not say: another broker made it.</summary>
    Unknown,

    /// <summary>It was tried as often as its group allows.</summary>
    AttemptsUsedUp,

    /// <summary>Its consumer said that trying again is of no use.</summary>
    ConsumerGaveUp,
}
