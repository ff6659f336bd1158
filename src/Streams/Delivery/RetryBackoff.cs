using Orleans.Runtime.Providers;

namespace OrleansMq.Streams.Delivery;

/// <summary>Pauses between the tries of a failing subscriber: each twice as long as the one before.</summary>
internal sealed class RetryBackoff(TimeSpan first, TimeSpan longest) : IMessageDeliveryBackoffProvider
{
    private const int MaxDoublings = 30;

    public TimeSpan Next(int attempt)
    {
        double ticks = first.Ticks * Math.Pow(2, Math.Clamp(attempt, 0, MaxDoublings));
        return ticks < longest.Ticks ? TimeSpan.FromTicks((long)ticks) : longest;
    }
}
