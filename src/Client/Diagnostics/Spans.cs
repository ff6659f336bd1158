using System.Diagnostics;

namespace OrleansMq.Client.Diagnostics;

/// <summary>How spans end.</summary>
internal static class Spans
{
    /// <summary>Ends a span; the caller's current one stays what it is.</summary>
    public static void End(Activity? span, string? partition, Exception? cause) =>
        End(span, partition, cause is null ? null : MessagingTags.ErrorTypeOf(cause), cause?.Message);

    /// <summary>The same with the kind of failure by its name; null for none.</summary>
    public static void End(Activity? span, string? partition, string? errorType, string? problem)
    {
        if (span is null)
            return;

        if (partition is not null)
            span.SetTag(MessagingTags.Partition, partition);
        if (errorType is not null)
        {
            span.SetTag(MessagingTags.ErrorType, errorType);
            span.SetStatus(ActivityStatusCode.Error, problem);
        }

        Activity? ambient = Activity.Current;
        span.Stop();
        if (ambient != span)
            Activity.Current = ambient;
    }
}
