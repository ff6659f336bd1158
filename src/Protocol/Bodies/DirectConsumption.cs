using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Protocol.Bodies;

/// <summary>
/// What came of a message that a consumer was told to consume: its answer to 309. RocketMQ:
/// ConsumeMessageDirectlyResult.
/// </summary>
public sealed class DirectConsumption
{
    /// <summary>It was consumed.</summary>
    public const string Success = "CR_SUCCESS";

    /// <summary>The consumer wants it later.</summary>
    public const string Later = "CR_LATER";

    /// <summary>The consumer gave it up. RocketMQ has no name of its own for that.</summary>
    public const string GivenUp = "CR_ROLLBACK";

    /// <summary>The consumer failed.</summary>
    public const string Failed = "CR_THROW_EXCEPTION";

    /// <summary>Whether the consumer consumes in order.</summary>
    public bool Order { get; set; }

    /// <summary>Whether the consumer commits by itself.</summary>
    public bool AutoCommit { get; set; } = true;

    /// <summary>What came of it: one of the names above.</summary>
    public string ConsumeResult { get; set; } = "";

    /// <summary>Why.</summary>
    public string? Remark { get; set; }

    /// <summary>How long it took, in milliseconds. RocketMQ: spentTimeMills.</summary>
    public long SpentTimeMills { get; set; }

    /// <summary>Reads a body; false with a sentence for its sender if it is no such body. Never throws.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out DirectConsumption? value,
        [NotNullWhen(false)] out string? problem) =>
        BodyJson.TryRead(body, BodyJsonContext.Instance.DirectConsumption, BodyForm.Standard, out value, out problem);

    /// <summary>Writes the body.</summary>
    public void WriteTo(IBufferWriter<byte> output) =>
        BodyJson.Write(output, this, BodyJsonContext.Instance.DirectConsumption);
}
