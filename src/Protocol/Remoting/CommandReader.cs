using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Protocol.Remoting;

/// <summary>
/// Reads the commands of one connection, one after another, without allocating. What it hands out stays valid until
/// the next <see cref="Read"/>, the <see cref="Body"/> as long as the frame itself. Not thread-safe.
/// </summary>
public sealed class CommandReader
{
    private const int OwnBufferBytes = 4096;
    private const int FirstBufferBytes = 512;

    private readonly CommandReaderOptions _options;
    private readonly FieldTable _fields = new();
    private byte[] _buffer = new byte[FirstBufferBytes];
    private byte[]? _rented;
    private byte[] _header;
    private int _headerLength;
    private HeaderMembers _members;
    private string? _remark;

    /// <summary>Makes a reader with the default limits.</summary>
    public CommandReader()
        : this(CommandReaderOptions.Default)
    {
    }

    /// <summary>Makes a reader with limits of its own.</summary>
    public CommandReader(CommandReaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _header = _buffer;
    }

    /// <summary>The request or response code; see <see cref="RequestCode"/> and <see cref="ResponseCode"/>.</summary>
    public int Code => _members.Code;

    /// <summary>The sender's language.</summary>
    public LanguageCode Language => _members.Language;

    /// <summary>The sender's version; see <see cref="ProtocolVersions"/>.</summary>
    public int Version => _members.Version;

    /// <summary>The number that ties an answer to its request.</summary>
    public int Opaque => _members.Opaque;

    /// <summary>Whether <see cref="Opaque"/> was read: with a defect too, so that the sender can be answered.</summary>
    public bool HasOpaque => _members.HasOpaque;

    /// <summary>The flag bits, also those that <see cref="CommandFlags"/> does not name.</summary>
    public int Flag => _members.Flag;

    /// <summary>Whether the command answers a request.</summary>
    public bool IsResponse => (_members.Flag & (int)CommandFlags.Response) != 0;

    /// <summary>Whether the sender wants no answer.</summary>
    public bool IsOneWay => (_members.Flag & (int)CommandFlags.OneWay) != 0;

    /// <summary>How the header was written, which is also how the answer's is to be written.</summary>
    public SerializeType SerializeType { get; private set; }

    /// <summary>The remark in UTF-8; empty if there is none.</summary>
    public ReadOnlySpan<byte> RemarkText => Header.Slice(_members.RemarkAt, _members.RemarkLength);

    /// <summary>The remark; null if there is none or if it is empty. Made on first use.</summary>
    public string? Remark =>
        _members.RemarkLength == 0 ? null : _remark ??= Encoding.UTF8.GetString(RemarkText);

    /// <summary>The body, a slice of the frame.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>How many ext fields there are, each name counted once.</summary>
    public int FieldCount => _fields.Count;

    private ReadOnlySpan<byte> Header => _header.AsSpan(0, _headerLength);

    /// <summary>
    /// Reads a command. With a defect there are neither fields nor a body; the other members hold what was read
    /// before the defect, and for JSON as a rule also what stands behind it. Never throws.
    /// </summary>
    /// <param name="frame">The bytes behind the length; see <see cref="FrameReader.TryRead"/>.</param>
    public CommandDefect Read(ReadOnlyMemory<byte> frame)
    {
        Reset();
        CommandDefect defect = ReadFrame(frame);
        if (defect != CommandDefect.None)
        {
            Body = default;
            _fields.Clear();
        }

        return defect;
    }

    /// <summary>Finds an ext field by its name in UTF-8. The value is UTF-8 without JSON's escapes.</summary>
    public bool TryGetField(scoped ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        _fields.TryGet(Header, name, out value);

    /// <summary>The name and value of the field at a place from 0 to <see cref="FieldCount"/> - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public void GetField(int index, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        _fields.At(Header, index, out name, out value);

    /// <summary>All ext fields as strings. For cold paths: allocates.</summary>
    public Dictionary<string, string> ToDictionary() => _fields.ToDictionary(Header);

    private void Reset()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = null;
            _header = _buffer;
        }

        _headerLength = 0;
        _members = default;
        _members.Language = LanguageCode.Other;
        _remark = null;
        SerializeType = SerializeType.Json;
        Body = default;
        _fields.Clear();
    }

    private CommandDefect ReadFrame(ReadOnlyMemory<byte> frame)
    {
        ReadOnlySpan<byte> bytes = frame.Span;
        if (bytes.Length < FrameReader.HeaderWordBytes)
            return CommandDefect.Truncated;

        int headerWord = BinaryPrimitives.ReadInt32BigEndian(bytes);
        int headerLength = headerWord & FrameReader.HeaderLengthMask;
        int type = headerWord >>> 24;
        if (type > (int)SerializeType.Binary)
            return CommandDefect.SerializeType;

        SerializeType = (SerializeType)type;
        if (headerLength > bytes.Length - FrameReader.HeaderWordBytes)
            return CommandDefect.Truncated;

        CopyHeader(bytes.Slice(FrameReader.HeaderWordBytes, headerLength));
        Body = frame[(FrameReader.HeaderWordBytes + headerLength)..];
        return ReadHeader();
    }

    private void CopyHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length > OwnBufferBytes)
            _header = _rented = ArrayPool<byte>.Shared.Rent(header.Length);
        else if (header.Length > _buffer.Length)
            _header = _buffer = new byte[OwnBufferBytes];
        header.CopyTo(_header);
        _headerLength = header.Length;
    }

    private CommandDefect ReadHeader()
    {
        CommandDefect first = CommandDefect.None;
        if (_headerLength > _options.MaxHeaderBytes)
            first = CommandDefect.HeaderTooLong;
        else if (SerializeType == SerializeType.Json && !Utf8.IsValid(Header))
            first = CommandDefect.Text;

        FieldTable? fields = first == CommandDefect.None ? _fields : null;
        CommandDefect defect = SerializeType == SerializeType.Json
            ? JsonHeaderReader.Read(_header.AsSpan(0, _headerLength), fields, _options, ref _members)
            : BinaryHeaderReader.Read(Header, fields, _options.MaxFields, ref _members);
        return first == CommandDefect.None ? defect : first;
    }
}
