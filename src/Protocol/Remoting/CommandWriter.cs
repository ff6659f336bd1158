using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Protocol.Remoting;

/// <summary>
/// Writes one command into an <see cref="OutputBuffer"/> without allocating: begin, remark if any, fields, body if any,
/// complete. The order is checked. All texts given as bytes must be valid UTF-8. Do not copy a writer that is in use.
/// </summary>
public ref struct CommandWriter
{
    private const int LongestNumberBytes = 20;
    private const int LongestJsonBeginBytes = 192;
    private const int BinaryFixedBytes = 13;
    private const int StackTextBytes = 512;
    private const int LengthsBytes = FrameReader.PrefixBytes + FrameReader.HeaderWordBytes;

    private readonly OutputBuffer _output;
    private readonly bool _isJson;
    private readonly int _start;
    private Stage _stage;
    private int _fieldsAt;
    private int _bodyAt;

    private CommandWriter(OutputBuffer output, SerializeType type)
    {
        _output = output;
        _isJson = type == SerializeType.Json;
        _start = output.Length;
    }

    private enum Stage
    {
        Header,
        Remark,
        Fields,
        Body,
        Complete,
    }

    /// <summary>Begins a request.</summary>
    public static CommandWriter BeginRequest(
        OutputBuffer output, RequestCode code, int opaque, SerializeType type, bool isOneWay = false) =>
        Begin(output, (int)code, opaque, isOneWay ? CommandFlags.OneWay : CommandFlags.None, type);

    /// <summary>Begins the answer to a request; opaque and serialize type are those of the request.</summary>
    public static CommandWriter BeginResponse(
        OutputBuffer output, ResponseCode code, int opaque, SerializeType type) =>
        Begin(output, (int)code, opaque, CommandFlags.Response, type);

    /// <summary>Begins a command at the end of <paramref name="output"/>.</summary>
    /// <param name="output">Takes the bytes. Nothing may be consumed from it before the command is complete.</param>
    /// <param name="code">The request or response code. Binary headers carry its low 16 bits.</param>
    /// <param name="opaque">The number that ties an answer to its request.</param>
    /// <param name="flags">Response or one-way; other bits are passed on.</param>
    /// <param name="type">How the header is written.</param>
    /// <param name="language">The sender's language.</param>
    /// <param name="version">The sender's version. Binary headers carry its low 16 bits.</param>
    public static CommandWriter Begin(
        OutputBuffer output,
        int code,
        int opaque,
        CommandFlags flags,
        SerializeType type,
        LanguageCode language = LanguageCode.DotNet,
        int version = ProtocolVersions.Current)
    {
        ArgumentNullException.ThrowIfNull(output);
        var writer = new CommandWriter(output, type);
        if (writer._isJson)
            writer.BeginJson(code, opaque, (int)flags, language, version);
        else
            writer.BeginBinary(code, opaque, (int)flags, language, version);
        return writer;
    }

    /// <summary>Writes the remark, once and before any field.</summary>
    public void Remark(scoped ReadOnlySpan<byte> text)
    {
        Require(_stage == Stage.Header, "The remark comes once, before the fields.");
        _stage = Stage.Remark;
        if (_isJson)
        {
            _output.Append(",\"remark\":"u8);
            JsonStringWriter.Write(_output, text);
        }
        else
        {
            AppendInt32(text.Length);
            _output.Append(text);
        }
    }

    /// <summary>Writes the remark, once and before any field.</summary>
    public void Remark(scoped ReadOnlySpan<char> text)
    {
        int maxBytes = Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = maxBytes > StackTextBytes ? ArrayPool<byte>.Shared.Rent(maxBytes) : null;
        Span<byte> utf8 = rented ?? stackalloc byte[StackTextBytes];
        Remark(utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Writes an ext field. A name may be written once only.</summary>
    public void Field(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        BeginField();
        if (_isJson)
        {
            JsonStringWriter.Write(_output, name);
            _output.Append(":"u8);
            JsonStringWriter.Write(_output, value);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, short.MaxValue, nameof(name));
        Span<byte> to = _output.GetSpan(sizeof(short) + name.Length + sizeof(int) + value.Length);
        BinaryPrimitives.WriteInt16BigEndian(to, (short)name.Length);
        name.CopyTo(to[sizeof(short)..]);
        to = to[(sizeof(short) + name.Length)..];
        BinaryPrimitives.WriteInt32BigEndian(to, value.Length);
        value.CopyTo(to[sizeof(int)..]);
        _output.Advance(sizeof(short) + name.Length + sizeof(int) + value.Length);
    }

    /// <summary>Writes an ext field. A name may be written once only.</summary>
    public void Field(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<char> value)
    {
        int maxBytes = Encoding.UTF8.GetMaxByteCount(value.Length);
        byte[]? rented = maxBytes > StackTextBytes ? ArrayPool<byte>.Shared.Rent(maxBytes) : null;
        Span<byte> utf8 = rented ?? stackalloc byte[StackTextBytes];
        Field(name, (ReadOnlySpan<byte>)utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Writes an ext field that holds a number.</summary>
    public void Field(scoped ReadOnlySpan<byte> name, long value)
    {
        Span<byte> digits = stackalloc byte[LongestNumberBytes];
        Utf8Formatter.TryFormat(value, digits, out int length);
        Field(name, (ReadOnlySpan<byte>)digits[..length]);
    }

    /// <summary>Writes an ext field that holds true or false.</summary>
    public void Field(scoped ReadOnlySpan<byte> name, bool value) => Field(name, value ? "true"u8 : "false"u8);

    /// <summary>Ends the header and appends a copy of the body.</summary>
    public void Body(ReadOnlySpan<byte> body) => BeginBody().Append(body);

    /// <summary>Ends the header; the caller appends the body, of any length, to the buffer that is returned.</summary>
    public OutputBuffer BeginBody()
    {
        EndHeader();
        _stage = Stage.Body;
        return _output;
    }

    /// <summary>Ends the command: fills in its lengths.</summary>
    public void Complete() => Complete(0);

    /// <summary>
    /// Ends the command where more of the body follows that is not written here, for example slices of a mapped file
    /// that go to the socket by themselves.
    /// </summary>
    /// <param name="followingBodyBytes">How many bytes the caller sends directly behind this command.</param>
    public void Complete(int followingBodyBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(followingBodyBytes);
        Require(_stage != Stage.Complete, "The command is complete already.");
        if (_stage != Stage.Body)
            EndHeader();

        _stage = Stage.Complete;
        int headerLength = _bodyAt - _start - LengthsBytes;
        Require(headerLength <= FrameReader.HeaderLengthMask, "A header has at most 16 MiB; send long texts as body.");
        int typeBits = _isJson ? 0 : (int)SerializeType.Binary << 24;
        Span<byte> lengths = _output.Slice(_start, LengthsBytes);
        int total = checked(_output.Length - _start - FrameReader.PrefixBytes + followingBodyBytes);
        BinaryPrimitives.WriteInt32BigEndian(lengths, total);
        BinaryPrimitives.WriteInt32BigEndian(lengths[FrameReader.PrefixBytes..], typeBits | headerLength);
    }

    /// <summary>Takes the command back, however far it was written.</summary>
    public void Abandon()
    {
        _stage = Stage.Complete;
        _output.Truncate(_start);
    }

    private static void Require(bool condition, string rule)
    {
        if (!condition)
            throw new InvalidOperationException(rule);
    }

    private readonly void BeginJson(int code, int opaque, int flag, LanguageCode language, int version)
    {
        Span<byte> to = _output.GetSpan(LongestJsonBeginBytes);
        int at = LengthsBytes;
        Put(to, ref at, "{\"code\":"u8);
        Put(to, ref at, code);
        Put(to, ref at, ",\"flag\":"u8);
        Put(to, ref at, flag);
        Put(to, ref at, ",\"language\":\""u8);
        Put(to, ref at, LanguageNames.Of(language));
        Put(to, ref at, "\",\"opaque\":"u8);
        Put(to, ref at, opaque);
        Put(to, ref at, ",\"serializeTypeCurrentRPC\":\"JSON\",\"version\":"u8);
        Put(to, ref at, version);
        _output.Advance(at);
    }

    private readonly void BeginBinary(int code, int opaque, int flag, LanguageCode language, int version)
    {
        Span<byte> to = _output.GetSpan(LengthsBytes + BinaryFixedBytes);
        Span<byte> header = to.Slice(LengthsBytes, BinaryFixedBytes);
        BinaryPrimitives.WriteInt16BigEndian(header, unchecked((short)code));
        header[2] = (byte)language;
        BinaryPrimitives.WriteInt16BigEndian(header[3..], unchecked((short)version));
        BinaryPrimitives.WriteInt32BigEndian(header[5..], opaque);
        BinaryPrimitives.WriteInt32BigEndian(header[9..], flag);
        _output.Advance(LengthsBytes + BinaryFixedBytes);
    }

    private static void Put(Span<byte> to, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(to[at..]);
        at += bytes.Length;
    }

    private static void Put(Span<byte> to, ref int at, int number)
    {
        Utf8Formatter.TryFormat(number, to[at..], out int length);
        at += length;
    }

    private readonly void AppendInt32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_output.GetSpan(sizeof(int)), value);
        _output.Advance(sizeof(int));
    }

    private void BeginField()
    {
        if (_stage == Stage.Fields)
        {
            if (_isJson)
                _output.Append(","u8);
            return;
        }

        Require(_stage < Stage.Fields, "Fields come before the body.");
        if (_isJson)
            _output.Append(",\"extFields\":{"u8);
        else
            BeginBinaryFields();
        _stage = Stage.Fields;
    }

    private void BeginBinaryFields()
    {
        if (_stage == Stage.Header)
            AppendInt32(0);
        AppendInt32(0);
        _fieldsAt = _output.Length;
    }

    private void EndHeader()
    {
        Require(_stage < Stage.Body, "The body begins once, before the command is complete.");
        if (_isJson)
        {
            _output.Append(_stage == Stage.Fields ? "}}"u8 : "}"u8);
        }
        else
        {
            if (_stage != Stage.Fields)
                BeginBinaryFields();
            BinaryPrimitives.WriteInt32BigEndian(
                _output.Slice(_fieldsAt - sizeof(int), sizeof(int)), _output.Length - _fieldsAt);
        }

        _bodyAt = _output.Length;
    }
}
