namespace OrleansMq.Client.Consuming;

/// <summary>The time before what failed is tried again: longer with each failure in a row.</summary>
internal struct Backoff(ConsumerOptions options)
{
    private int _failures;

    /// <summary>It worked.</summary>
    public void Reset() => _failures = 0;

    /// <summary>It failed: how long to wait.</summary>
    public TimeSpan Next()
    {
        double delay = options.RetryDelay.TotalMilliseconds * Math.Pow(2, Math.Min(_failures++, 30));
        return TimeSpan.FromMilliseconds(Math.Min(delay, options.MaxRetryDelay.TotalMilliseconds));
    }
}
