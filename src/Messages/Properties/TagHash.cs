using System.Text;

namespace OrleansMq.Messages.Properties;

/// <summary>The hash of strings that consume queues and indexes store: Java's <c>String.hashCode()</c>.</summary>
public static class TagHash
{
    /// <summary>The hash over the UTF-16 units of a UTF-8 text: h = 31·h + unit, modulo 2^32.</summary>
    public static int Compute(ReadOnlySpan<byte> utf8)
    {
        if (!Ascii.IsValid(utf8))
            return ComputeDecoded(utf8);

        int hash = 0;
        foreach (byte value in utf8)
            hash = (31 * hash) + value;
        return hash;
    }

    /// <summary>The hash over the units of a string.</summary>
    public static int Compute(ReadOnlySpan<char> text)
    {
        int hash = 0;
        foreach (char unit in text)
            hash = (31 * hash) + unit;
        return hash;
    }

    /// <summary>Decodes as it goes, since every dispatched message comes by. Malformed bytes count as U+FFFD.</summary>
    private static int ComputeDecoded(ReadOnlySpan<byte> utf8)
    {
        Span<char> units = stackalloc char[2];
        int hash = 0;
        while (!utf8.IsEmpty)
        {
            Rune.DecodeFromUtf8(utf8, out Rune rune, out int bytes);
            utf8 = utf8[bytes..];
            foreach (char unit in units[..rune.EncodeToUtf16(units)])
                hash = (31 * hash) + unit;
        }

        return hash;
    }
}
