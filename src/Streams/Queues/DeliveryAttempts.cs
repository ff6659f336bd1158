namespace OrleansMq.Streams.Queues;

/// <summary>What came of giving a subscriber its current messages. Used by the queue's agent only.</summary>
internal sealed class DeliveryAttempts
{
    public DeliveryAttempts()
    {
    }

    /// <summary>Goes on under the name of another one's subscriber.</summary>
    public DeliveryAttempts(DeliveryAttempts before)
    {
        Subscription = before.Subscription;
        Consumer = before.Consumer;
    }

    /// <summary>The subscription; null until it was given something.</summary>
    public Guid? Subscription { get; private set; }

    /// <summary>The grain or client.</summary>
    public string Consumer { get; private set; } = "";

    /// <summary>How often it failed.</summary>
    public int Failures { get; private set; }

    /// <summary>Why it did the last time.</summary>
    public string Error { get; private set; } = "";

    /// <summary>Whether the subscriber is at work on them.</summary>
    public bool IsRunning { get; private set; }

    public void Begin(Guid subscription, GrainId consumer)
    {
        if (Subscription != subscription)
        {
            Subscription = subscription;
            Consumer = consumer.ToString();
        }

        IsRunning = true;
    }

    public void End() => IsRunning = false;

    public void Fail(Exception cause)
    {
        Failures++;
        Error = $"{cause.GetType().Name}: {cause.Message}";
    }

    public void Succeed() => Reset();

    public void Reset() => (Failures, Error) = (0, "");
}
