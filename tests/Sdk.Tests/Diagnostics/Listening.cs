using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using OrleansMq.Client.Diagnostics;

namespace OrleansMq.Sdk.Tests.Diagnostics;

/// <summary>Listens to the client until it is disposed.</summary>
internal sealed class Listening : IDisposable
{
    private readonly ActivityListener _spans;
    private readonly MeterListener _meter = new();

    private Listening(ActivitySamplingResult sampling, Action<Activity>? stopped)
    {
        _spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == OrleansMqTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => sampling,
            ActivityStopped = span =>
            {
                Spans.Enqueue(span);
                stopped?.Invoke(span);
            },
        };
        ActivitySource.AddActivityListener(_spans);
        _meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == OrleansMqTelemetry.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _meter.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _meter.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _meter.Start();
    }

    /// <summary>Spans in the order in which they ended.</summary>
    public ConcurrentQueue<Activity> Spans { get; } = new();

    /// <summary>Measurements in their order.</summary>
    public ConcurrentQueue<Measured> Measurements { get; } = new();

    public static Listening Start(
        ActivitySamplingResult sampling = ActivitySamplingResult.AllDataAndRecorded, Action<Activity>? stopped = null) =>
        new(sampling, stopped);

    public Measured[] Of(string instrument) =>
        [.. Measurements.Where(measured => measured.Instrument == instrument)];

    public void Dispose()
    {
        _spans.Dispose();
        _meter.Dispose();
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Measurements.Enqueue(new Measured(instrument.Name, value, new Dictionary<string, object?>(tags.ToArray())));

    internal sealed record Measured(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags);
}
