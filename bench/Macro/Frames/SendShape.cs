using System.Buffers.Text;
using System.Globalization;
using System.Text;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Frames;

/// <summary>What send requests look like.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Queues">How many queues the requests are spread over.</param>
/// <param name="BodyBytes">Bytes of each message's body.</param>
/// <param name="Batch">Messages of a request; 1 is request 310, more is 320.</param>
/// <param name="Header">How headers are written.</param>
/// <param name="HasKeys">Whether each message has a unique key, as those of RocketMQ's clients do.</param>
internal sealed record SendShape(
    string Topic, int Queues, int BodyBytes, int Batch, SerializeType Header, bool HasKeys)
{
    private const int DueDigits = 13;

    /// <summary>Where the digits of a key begin in its text: behind what would be address, process and time.</summary>
    private const int KeyDigitsAt = 22;

    private const int KeyDigits = 10;

    /// <summary>Whether each message asks for a delivery time of its own.</summary>
    public bool HasDueTimes { get; init; }

    private static ReadOnlySpan<byte> DueName => "TIMER_DELIVER_MS\u0001"u8;

    private static ReadOnlySpan<byte> NoDue => "0000000000000"u8;

    private static ReadOnlySpan<byte> KeyName => "UNIQ_KEY\u0001"u8;

    private static ReadOnlySpan<byte> KeyPrefix => "7F0000010A1C3D0B5F4E22"u8;

    /// <summary>Encodes requests.</summary>
    /// <param name="count">How many.</param>
    /// <param name="firstQueue">The queue of the first; the others follow round robin.</param>
    public FrameSet Encode(int count, int firstQueue) =>
        new(count, (output, slot) => Write(output, slot, (firstQueue + slot) % Queues));

    /// <summary>Where in a frame the digits of each message's key stand.</summary>
    public int[] FindKeys(FrameSet frames, int slot)
    {
        var places = new int[HasKeys ? Batch : 0];
        int from = 0;
        for (int message = 0; message < places.Length; message++)
        {
            from += frames[slot][from..].IndexOf(KeyPrefix) + KeyDigitsAt;
            places[message] = from;
        }

        return places;
    }

    /// <summary>Writes a key's number where <see cref="FindKeys"/> says.</summary>
    public static void StampKey(Span<byte> frame, int place, long key) =>
        Utf8Formatter.TryFormat(key, frame.Slice(place, KeyDigits), out _, new('D', KeyDigits));

    /// <summary>The unique key that a number gives.</summary>
    public static string KeyOf(long key) => string.Create(
        CultureInfo.InvariantCulture, $"{Encoding.ASCII.GetString(KeyPrefix)}{key:D10}");

    /// <summary>Where in a frame the delivery time stands.</summary>
    public static int FindDueTime(ReadOnlySpan<byte> frame) => frame.IndexOf(NoDue);

    /// <summary>Writes a delivery time where <see cref="FindDueTime"/> says.</summary>
    public static void StampDueTime(Span<byte> frame, int place, long unixMilliseconds) =>
        Utf8Formatter.TryFormat(unixMilliseconds, frame.Slice(place, DueDigits), out _, new('D', DueDigits));

    private void Write(OutputBuffer output, int slot, int queue)
    {
        RequestCode code = Batch == 1 ? RequestCode.SendMessageV2 : RequestCode.SendBatchMessage;
        var writer = CommandWriter.BeginRequest(output, code, slot, Header);
        writer.Field("a"u8, "omq-bench"u8);
        writer.Field("b"u8, Topic);
        writer.Field("c"u8, "TBW102"u8);
        writer.Field("d"u8, 4);
        writer.Field("e"u8, queue);
        writer.Field("f"u8, 0);
        writer.Field("g"u8, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        writer.Field("h"u8, 0);
        writer.Field("i"u8, Batch == 1 ? Properties() : []);
        writer.Field("j"u8, 0);
        writer.Field("k"u8, false);
        writer.Field("m"u8, Batch > 1);
        if (Batch == 1)
            writer.Body(Body(slot));
        else
            WriteItems(writer.BeginBody(), slot);
        writer.Complete();
    }

    private void WriteItems(OutputBuffer output, int slot)
    {
        byte[] properties = Properties();
        int bytes = BatchItem.SizeOf(BodyBytes, properties.Length);
        for (int item = 0; item < Batch; item++)
        {
            BatchItem.Write(output.GetSpan(bytes), 0, Body((slot * Batch) + item), properties);
            output.Advance(bytes);
        }
    }

    private byte[] Properties()
    {
        byte[] key = HasKeys ? [.. KeyName, .. KeyPrefix, .. Encoding.ASCII.GetBytes(new string('0', KeyDigits)), 2] : [];
        byte[] due = HasDueTimes ? [.. DueName, .. NoDue, 2] : [];
        return [.. due, .. key];
    }

    private byte[] Body(int seed)
    {
        byte[] body = new byte[BodyBytes];
        new Random(seed).NextBytes(body);
        return body;
    }
}
