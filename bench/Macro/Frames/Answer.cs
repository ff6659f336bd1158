using System.Buffers.Binary;
using System.Buffers.Text;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Frames;

/// <summary>An answer of which only code and opaque are looked at; the rest is parsed when it is an error.</summary>
internal readonly ref struct Answer
{
    private const int HeaderAt = FrameReader.PrefixBytes + FrameReader.HeaderWordBytes;
    private const int BinaryOpaqueAt = HeaderAt + 5;
    private const int HeaderLengthMask = 0x00FF_FFFF;

    private readonly ReadOnlySpan<byte> _frame;
    private readonly int _headerLength;

    /// <summary>Scans a whole frame, its length in front.</summary>
    /// <exception cref="InvalidDataException">It is no answer.</exception>
    public Answer(ReadOnlySpan<byte> frame)
    {
        _frame = frame;
        int headerWord = BinaryPrimitives.ReadInt32BigEndian(frame[FrameReader.PrefixBytes..]);
        _headerLength = headerWord & HeaderLengthMask;
        if ((headerWord >>> 24) == (int)SerializeType.Binary)
        {
            Code = BinaryPrimitives.ReadInt16BigEndian(frame[HeaderAt..]);
            Slot = BinaryPrimitives.ReadInt32BigEndian(frame[BinaryOpaqueAt..]);
        }
        else
        {
            ReadOnlySpan<byte> header = frame.Slice(HeaderAt, _headerLength);
            Code = NumberBehind(header, "\"code\":"u8);
            Slot = NumberBehind(header, "\"opaque\":"u8);
        }
    }

    /// <summary>The response code, 0 for success.</summary>
    public int Code { get; }

    /// <summary>The place of the request in its <see cref="FrameSet"/>: the opaque.</summary>
    public int Slot { get; }

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Body => _frame[(HeaderAt + _headerLength)..];

    /// <summary>The remark, for errors. Slow.</summary>
    public string Remark
    {
        get
        {
            var reader = new CommandReader();
            reader.Read(_frame[FrameReader.PrefixBytes..].ToArray());
            return reader.Remark ?? "(no text)";
        }
    }

    private static int NumberBehind(ReadOnlySpan<byte> header, ReadOnlySpan<byte> name)
    {
        int at = header.IndexOf(name);
        return at >= 0 && Utf8Parser.TryParse(header[(at + name.Length)..], out int number, out _)
            ? number
            : throw new InvalidDataException("An answer came whose header has no code or no opaque.");
    }
}
