namespace OrleansMq.Gateway.Listeners;

/// <summary>
/// Lets a kind of message through a few times in each period and counts the others, so that bad peers do not flood the
/// log. Thread-safe.
/// </summary>
internal sealed class LogLimiter
{
    /// <summary>How many messages pass in a period.</summary>
    public const int MessagesPerPeriod = 10;

    /// <summary>A period, in milliseconds.</summary>
    public const long PeriodMilliseconds = 10_000;

    private readonly Lock _gate = new();
    private long _periodStart = long.MinValue / 2;
    private int _passed;
    private int _suppressed;

    /// <summary>Whether a message may pass now.</summary>
    /// <param name="now">The time in milliseconds of <see cref="Environment.TickCount64"/>.</param>
    /// <param name="suppressedBefore">How many were held back in the periods before, when a new one begins.</param>
    public bool TryPass(long now, out int suppressedBefore)
    {
        lock (_gate)
        {
            suppressedBefore = 0;
            if (now - _periodStart >= PeriodMilliseconds)
            {
                suppressedBefore = _suppressed;
                _periodStart = now;
                _passed = _suppressed = 0;
            }

            if (_passed < MessagesPerPeriod)
            {
                _passed++;
                return true;
            }

            _suppressed++;
            return false;
        }
    }
}
