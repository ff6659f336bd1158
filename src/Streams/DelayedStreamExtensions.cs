using Orleans.Streams;
using OrleansMq.Streams.Events;

namespace OrleansMq.Streams;

/// <summary>Publishes events that come later.</summary>
public static class DelayedStreamExtensions
{
    /// <summary>
    /// Publishes an event that subscribers are given at an instant or shortly after it, and nobody before. It is
    /// durable at once. Only streams of OrleansMq can.
    /// </summary>
    /// <param name="stream">The stream.</param>
    /// <param name="item">The event.</param>
    /// <param name="deliverAt">When it is due; what lies in the past comes at once.</param>
    public static async Task OnNextAsync<T>(this IAsyncStream<T> stream, T item, DateTimeOffset deliverAt)
    {
        ArgumentNullException.ThrowIfNull(stream);
        object? before = RequestContext.Get(StreamProperties.DeliverAt);
        RequestContext.Set(StreamProperties.DeliverAt, deliverAt.ToUnixTimeMilliseconds());
        try
        {
            await stream.OnNextAsync(item);
        }
        finally
        {
            if (before is null)
                RequestContext.Remove(StreamProperties.DeliverAt);
            else
                RequestContext.Set(StreamProperties.DeliverAt, before);
        }
    }
}
