using System.Buffers.Binary;

namespace OrleansMq.Messages.Tests.Fuzzing;

/// <summary>Random bytes, and valid bytes with some damage.</summary>
internal static class Mutation
{
    private static readonly int[] Extremes = [0, 1, -1, 127, 128, 255, 32767, 32768, int.MaxValue, int.MinValue];

    /// <summary>Up to <paramref name="maxLength"/> bytes, often of a small alphabet so that separators meet.</summary>
    public static byte[] RandomBytes(Random random, int maxLength)
    {
        byte[] bytes = new byte[random.Next(maxLength + 1)];
        random.NextBytes(bytes);
        int range = random.Next(4) == 0 ? 4 : 256;
        for (int index = 0; index < bytes.Length; index++)
            bytes[index] = (byte)(bytes[index] % range);
        return bytes;
    }

    /// <summary>One of: the bytes themselves, random bytes, or the bytes with one to four changes.</summary>
    public static byte[] Of(Random random, byte[] valid)
    {
        switch (random.Next(10))
        {
            case 0:
                return [.. valid];
            case 1:
                return RandomBytes(random, 300);
        }

        byte[] bytes = [.. valid];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
            bytes = Change(random, bytes);
        return bytes;
    }

    private static byte[] Change(Random random, byte[] bytes)
    {
        int at = random.Next(bytes.Length + 1);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Length:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1 when at < bytes.Length:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2 when at <= bytes.Length - sizeof(int):
                int value = random.Next(3) == 0 ? bytes.Length - at : Extremes[random.Next(Extremes.Length)];
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), value);
                return bytes;
            case 3:
                return bytes[..at];
            case 4:
                return [.. bytes[..at], .. RandomBytes(random, 20), .. bytes[at..]];
            case 5:
                int end = random.Next(at, bytes.Length + 1);
                return [.. bytes[..at], .. bytes[end..]];
            default:
                int from = random.Next(at + 1);
                return [.. bytes[..at], .. bytes[from..at], .. bytes[at..]];
        }
    }
}
