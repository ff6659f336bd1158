using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Messages that are about to go before a group has consumed them: the answer to 30051.</summary>
public sealed class UnreadAlarmTable
{
    /// <summary>The alarms, by group and topic.</summary>
    public List<UnreadAlarm> Alarms
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>
    /// Messages deleted since the broker was started before a group had consumed them, counted for each such group.
    /// </summary>
    public long Deleted { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out UnreadAlarmTable? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.UnreadAlarmTable, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.UnreadAlarmTable);
}

/// <summary>Messages of one topic that are about to go before one group has consumed them.</summary>
public sealed class UnreadAlarm
{
    /// <summary>The group.</summary>
    public string Group
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The topic.</summary>
    public string Topic
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>How many messages.</summary>
    public long Count { get; set; }

    /// <summary>When the first of them goes, Unix milliseconds.</summary>
    public long FirstGoesAt { get; set; }
}
