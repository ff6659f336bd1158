using System.Buffers;
using System.Text;

namespace OrleansMq.Broker.Popping;

/// <summary>
/// Writes numbers that are mostly small: seven bits a byte, the lowest first, the top bit when more follow.
/// </summary>
internal readonly ref struct PopWriter(IBufferWriter<byte> output)
{
    private const int LongestBytes = 10;

    /// <summary>Writes a number, 0 and up.</summary>
    public void Write(long number)
    {
        Span<byte> bytes = output.GetSpan(LongestBytes);
        int length = 0;
        ulong rest = (ulong)number;
        while (rest >= 0x80)
        {
            bytes[length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        bytes[length++] = (byte)rest;
        output.Advance(length);
    }

    /// <summary>Writes a text behind its length.</summary>
    public void Write(ReadOnlySpan<byte> text)
    {
        Write(text.Length);
        output.Write(text);
    }
}

/// <summary>Reads what <see cref="PopWriter"/> wrote. Behind what is missing or too large all reads as 0.</summary>
internal ref struct PopReader(ReadOnlySpan<byte> bytes)
{
    private const int LastShift = 63;

    /// <summary>What was not read yet.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = bytes;

    /// <summary>Whether all that was asked for was there.</summary>
    public bool IsWhole { get; private set; } = true;

    public byte ReadByte()
    {
        if (Rest.IsEmpty)
        {
            IsWhole = false;
            return 0;
        }

        byte value = Rest[0];
        Rest = Rest[1..];
        return value;
    }

    /// <summary>Reads a number, 0 and up.</summary>
    public long ReadInt64()
    {
        ulong number = 0;
        for (int shift = 0; shift <= LastShift; shift += 7)
        {
            byte part = ReadByte();
            number |= (ulong)(part & 0x7F) << shift;
            if ((part & 0x80) == 0)
                return IsWhole && (long)number >= 0 ? (long)number : Fail();
        }

        return Fail();
    }

    /// <summary>Reads a number that fits into 31 bits.</summary>
    public int ReadInt32()
    {
        long number = ReadInt64();
        return number <= int.MaxValue ? (int)number : (int)Fail();
    }

    /// <summary>Reads how many things follow, each of which takes a byte at least.</summary>
    public int ReadCount()
    {
        int count = ReadInt32();
        return count <= Rest.Length ? count : (int)Fail();
    }

    /// <summary>Reads a text behind its length.</summary>
    public string ReadText()
    {
        int length = ReadCount();
        string text = Encoding.UTF8.GetString(Rest[..length]);
        Rest = Rest[length..];
        return text;
    }

    private long Fail()
    {
        IsWhole = false;
        Rest = default;
        return 0;
    }
}
