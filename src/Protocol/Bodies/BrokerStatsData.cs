using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>What was counted lately: the answer to 315. RocketMQ: BrokerStatsData.</summary>
public sealed class BrokerStatsData
{
    /// <summary>In the last minute.</summary>
    public BrokerStatsItem StatsMinute
    {
        get;
        set => field = value ?? new();
    } = new();

    /// <summary>In the last hour.</summary>
    public BrokerStatsItem StatsHour
    {
        get;
        set => field = value ?? new();
    } = new();

    /// <summary>In the last day.</summary>
    public BrokerStatsItem StatsDay
    {
        get;
        set => field = value ?? new();
    } = new();

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out BrokerStatsData? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.BrokerStatsData, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.BrokerStatsData);
}
