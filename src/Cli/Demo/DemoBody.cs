using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace OrleansMq.Cli.Demo;

/// <summary>
/// Bodies that say which message they are of and whose every byte follows from that, so that any change shows:
/// <c>int32 producer, int64 sequence, byte kind, filling</c>.
/// </summary>
internal static class DemoBody
{
    private const int SequenceAt = 4;
    private const int KindAt = 12;
    private const int FillingAt = 13;
    private const byte Noise = 0;
    private const byte Text = 1;

    /// <summary>Makes a body.</summary>
    public static byte[] Make(int producer, long sequence, int length, bool isText = false)
    {
        byte[] body = new byte[Math.Max(length, FillingAt)];
        Write(body, producer, sequence, isText ? Text : Noise);
        return body;
    }

    /// <summary>Reads which message it is; false if it is not as it was made.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out int producer, out long sequence)
    {
        producer = 0;
        sequence = 0;
        if (body.Length < FillingAt)
            return false;

        producer = BinaryPrimitives.ReadInt32BigEndian(body);
        sequence = BinaryPrimitives.ReadInt64BigEndian(body[SequenceAt..]);
        Span<byte> expected = body.Length <= 1024 ? stackalloc byte[body.Length] : new byte[body.Length];
        Write(expected, producer, sequence, body[KindAt]);
        return expected.SequenceEqual(body);
    }

    private static void Write(Span<byte> body, int producer, long sequence, byte kind)
    {
        BinaryPrimitives.WriteInt32BigEndian(body, producer);
        BinaryPrimitives.WriteInt64BigEndian(body[SequenceAt..], sequence);
        body[KindAt] = kind;
        Span<byte> filling = body[FillingAt..];
        if (kind == Text)
            FillWithText(filling, producer, sequence);
        else
            FillWithNoise(filling, ((ulong)(uint)producer << 40) ^ (ulong)sequence);
    }

    private static void FillWithText(Span<byte> filling, int producer, long sequence)
    {
        ReadOnlySpan<byte> line = Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture,
                $"{{\"producer\":{producer},\"order\":{sequence},\"state\":\"paid\"}}\n"));
        for (; !filling.IsEmpty; filling = filling[Math.Min(line.Length, filling.Length)..])
            line[..Math.Min(line.Length, filling.Length)].CopyTo(filling);
    }

    private static void FillWithNoise(Span<byte> filling, ulong seed)
    {
        ulong state = seed + 0x9E37_79B9_7F4A_7C15;
        for (int at = 0; at < filling.Length; at++)
        {
            if (at % sizeof(ulong) == 0)
                state = (state ^ (state >> 29)) * 0xBF58_476D_1CE4_E5B9;
            filling[at] = (byte)(state >> (at % sizeof(ulong) * 8));
        }
    }
}
