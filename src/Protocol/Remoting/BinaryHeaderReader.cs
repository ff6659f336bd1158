using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Protocol.Remoting;

/// <summary>
/// Reads RocketMQ's binary header: <c>int16 code, int8 language, int16 version, int32 opaque, int32 flag, int32 length,
/// remark, int32 length, fields</c>, where a field is <c>int16 length, name, int32 length, value</c>.
/// </summary>
internal static class BinaryHeaderReader
{
    /// <summary>The size of a header without remark and fields.</summary>
    public const int FixedBytes = 21;

    // The codes of POP need more than 16 bits; a binary client sends what is left of them.
    private const int PopCodeBase = 0x3_0000;
    private const int FirstPopCode = (int)RequestCode.PopMessage - PopCodeBase;
    private const int LastPopCode = (int)RequestCode.PopRollback - PopCodeBase;
    private const int BatchAckCode = (int)RequestCode.BatchAckMessage - PopCodeBase;

    private const int OpaqueAt = 5;
    private const int RemarkLengthAt = 13;
    private const int RemarkAt = 17;

    /// <summary>Reads a header; without <paramref name="fields"/> only its fixed members.</summary>
    public static CommandDefect Read(
        ReadOnlySpan<byte> header, FieldTable? fields, int maxFields, ref HeaderMembers members)
    {
        if (header.Length >= OpaqueAt + sizeof(int))
        {
            members.Opaque = BinaryPrimitives.ReadInt32BigEndian(header[OpaqueAt..]);
            members.HasOpaque = true;
        }

        if (header.Length < FixedBytes)
            return CommandDefect.Lengths;

        members.Code = BinaryPrimitives.ReadInt16BigEndian(header);
        members.HasCode = true;
        members.Language = LanguageNames.FromNumber(header[2]);
        members.Version = BinaryPrimitives.ReadInt16BigEndian(header[3..]);
        members.Flag = BinaryPrimitives.ReadInt32BigEndian(header[(OpaqueAt + sizeof(int))..]);
        if ((members.Flag & (int)CommandFlags.Response) == 0)
            members.Code = WidenPopCode(members.Code);

        int remarkLength = BinaryPrimitives.ReadInt32BigEndian(header[RemarkLengthAt..]);
        if (remarkLength < 0 || remarkLength > header.Length - FixedBytes)
            return CommandDefect.Lengths;

        if (!Utf8.IsValid(header.Slice(RemarkAt, remarkLength)))
            return CommandDefect.Text;

        members.RemarkAt = RemarkAt;
        members.RemarkLength = remarkLength;
        int fieldsAt = RemarkAt + remarkLength + sizeof(int);
        int fieldsLength = BinaryPrimitives.ReadInt32BigEndian(header[(fieldsAt - sizeof(int))..]);
        if (fieldsLength != header.Length - fieldsAt)
            return CommandDefect.Lengths;

        return fields is null ? CommandDefect.None : ReadFields(header, fieldsAt, fields, maxFields);
    }

    private static int WidenPopCode(int code) =>
        code is >= FirstPopCode and <= LastPopCode or BatchAckCode ? code + PopCodeBase : code;

    private static CommandDefect ReadFields(ReadOnlySpan<byte> header, int at, FieldTable fields, int maxFields)
    {
        bool isAscii = Ascii.IsValid(header[at..]);
        for (int count = 0; at < header.Length; count++)
        {
            if (count == maxFields)
                return CommandDefect.TooManyFields;
            if (header.Length - at < sizeof(short))
                return CommandDefect.Lengths;

            int nameLength = BinaryPrimitives.ReadInt16BigEndian(header[at..]);
            int nameAt = at + sizeof(short);
            if (nameLength < 0 || nameLength > header.Length - nameAt - sizeof(int))
                return CommandDefect.Lengths;

            int valueAt = nameAt + nameLength + sizeof(int);
            int valueLength = BinaryPrimitives.ReadInt32BigEndian(header[(valueAt - sizeof(int))..]);
            if (valueLength < 0 || valueLength > header.Length - valueAt)
                return CommandDefect.Lengths;

            if (!isAscii && !(Utf8.IsValid(header.Slice(nameAt, nameLength))
                    && Utf8.IsValid(header.Slice(valueAt, valueLength))))
                return CommandDefect.Text;

            fields.Set(header, nameAt, nameLength, valueAt, valueLength);
            at = valueAt + valueLength;
        }

        return CommandDefect.None;
    }
}
