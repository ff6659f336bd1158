using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>The settings of a consumer group: 200. RocketMQ: SubscriptionGroupConfig.</summary>
public sealed class SubscriptionGroupConfig : ICheckedBody
{
    /// <summary>The group.</summary>
    public string GroupName
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>Whether the group may consume. Default: true.</summary>
    public bool ConsumeEnable { get; set; } = true;

    /// <summary>Whether it may begin at the oldest message. Default: true.</summary>
    public bool ConsumeFromMinEnable { get; set; } = true;

    /// <summary>Whether it may consume by broadcast. Default: true.</summary>
    public bool ConsumeBroadcastEnable { get; set; } = true;

    /// <summary>Whether it pops in order (5.x). Default: false.</summary>
    public bool ConsumeMessageOrderly { get; set; }

    /// <summary>The queues of its retry topic. Default: 1.</summary>
    public int RetryQueueNums { get; set; } = 1;

    /// <summary>How often a message is retried. Default: 16.</summary>
    public int RetryMaxTimes { get; set; } = 16;

    /// <summary>The broker to consume from, 0 is the leader. Default: 0.</summary>
    public long BrokerId { get; set; }

    /// <summary>The broker to consume from when the group lags far behind. Default: 1.</summary>
    public long WhichBrokerWhenConsumeSlowly { get; set; } = 1;

    /// <summary>Whether members are told of changes in the group. Default: true.</summary>
    public bool NotifyConsumerIdsChangedEnable { get; set; } = true;

    /// <summary>System flags of the group (5.x). Default: 0.</summary>
    public int GroupSysFlag { get; set; }

    /// <summary>Minutes after which consuming counts as failed (5.x). Default: 15.</summary>
    public int ConsumeTimeoutMinute { get; set; } = 15;

    /// <summary>Further attributes (5.x).</summary>
    public Dictionary<string, string> Attributes
    {
        get;
        set => field = BodyValues.WithoutNulls(value);
    } = [];

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out SubscriptionGroupConfig? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(
            body, BodyJsonContext.Instance.SubscriptionGroupConfig, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.SubscriptionGroupConfig);

    string? ICheckedBody.FindProblem()
    {
        if (GroupName.Length == 0)
            return "The group settings have no groupName.";
        return RetryQueueNums < 0 ? $"retryQueueNums is {RetryQueueNums}; 0 or more is expected." : null;
    }
}
