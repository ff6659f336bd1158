using System.Buffers.Text;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Bench.Macro.Frames;

/// <summary>What pull requests look like.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="MaxMessages">The most messages of an answer.</param>
/// <param name="Suspend">How long the broker may hold a pull; zero answers at once.</param>
/// <param name="Header">How headers are written.</param>
internal sealed record PullShape(string Topic, int MaxMessages, TimeSpan Suspend, SerializeType Header)
{
    private const int OffsetDigits = 19;

    private static ReadOnlySpan<byte> NoOffset => "0000000000000000000"u8;

    /// <summary>Encodes a request for each queue; all read from offset 0 until they are stamped.</summary>
    public FrameSet Encode(int[] queues) => new(queues.Length, (output, slot) => Write(output, slot, queues[slot]));

    /// <summary>Where the queue offset of a frame that was not stamped yet stands.</summary>
    public static int FindOffset(ReadOnlySpan<byte> frame) => frame.IndexOf(NoOffset);

    /// <summary>Writes the queue offset where <see cref="FindOffset"/> says.</summary>
    public static void StampOffset(Span<byte> frame, int place, long offset) =>
        Utf8Formatter.TryFormat(offset, frame.Slice(place, OffsetDigits), out _, new('D', OffsetDigits));

    private void Write(OutputBuffer output, int slot, int queue)
    {
        bool mayHold = Suspend > TimeSpan.Zero;
        PullFlags flags = PullFlags.Subscription | (mayHold ? PullFlags.Suspend : PullFlags.None);
        var writer = CommandWriter.BeginRequest(output, RequestCode.PullMessage, slot, Header);
        writer.Field("consumerGroup"u8, "omq-bench"u8);
        writer.Field("topic"u8, Topic);
        writer.Field("queueId"u8, queue);
        writer.Field("queueOffset"u8, NoOffset);
        writer.Field("maxMsgNums"u8, MaxMessages);
        writer.Field("sysFlag"u8, (int)flags);
        writer.Field("commitOffset"u8, 0);
        writer.Field("suspendTimeoutMillis"u8, (long)Suspend.TotalMilliseconds);
        writer.Field("subscription"u8, "*"u8);
        writer.Field("subVersion"u8, 0);
        writer.Field("expressionType"u8, "TAG"u8);
        writer.Complete();
    }
}
