using System.Buffers.Binary;
using System.Text;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Tests.Remoting;

/// <summary>Builds frames by hand, as they stand on the wire.</summary>
internal static class Frames
{
    /// <summary>A send as RocketMQ's Java client writes it.</summary>
    public const string JavaSend =
        """{"code":310,"extFields":{"a":"group","b":"topic","c":"TBW102","d":"4","e":"0","f":"0","g":"17000"""
        + """00000000","h":"0","i":"KEYS\u0001k\u0002WAIT\u0001true\u0002","j":"0","k":"false","m":"false"},"fl"""
        + """ag":0,"language":"JAVA","opaque":7,"serializeTypeCurrentRPC":"JSON","version":435}""";

    /// <summary>A frame with a JSON header, without the length in front.</summary>
    public static byte[] Json(string header, string body = "") =>
        Frame(SerializeType.Json, Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(body));

    /// <summary>A frame with a binary header given in hexadecimal, without the length in front.</summary>
    public static byte[] Binary(string hexadecimalHeader, string body = "") =>
        Frame(SerializeType.Binary, Bytes(hexadecimalHeader), Encoding.UTF8.GetBytes(body));

    /// <summary>Bytes given in hexadecimal; blanks and line ends count for nothing.</summary>
    public static byte[] Bytes(string hexadecimal) =>
        Convert.FromHexString(string.Concat(hexadecimal.Where(char.IsAsciiHexDigit)));

    /// <summary>A reader that has read a frame without a defect.</summary>
    public static CommandReader Read(byte[] frame)
    {
        var reader = new CommandReader();
        Assert.Equal(CommandDefect.None, reader.Read(frame));
        return reader;
    }

    /// <summary>A reader that has read a request with the fields given as name, value, name, value.</summary>
    public static CommandReader Request(int code, params string[] fields)
    {
        var command = new RemotingCommand { Code = code, Opaque = 1 };
        for (int index = 0; index < fields.Length; index += 2)
            command.Fields[fields[index]] = fields[index + 1];
        return Read(Encode(command));
    }

    /// <summary>The frame of a command, without the length in front.</summary>
    public static byte[] Encode(RemotingCommand command)
    {
        using var output = new OutputBuffer();
        command.WriteTo(output);
        return output.WrittenSpan[FrameReader.PrefixBytes..].ToArray();
    }

    /// <summary>The value of a field as a string; null if there is none.</summary>
    public static string? Field(this CommandReader reader, string name) =>
        reader.TryGetField(Encoding.UTF8.GetBytes(name), out ReadOnlySpan<byte> value)
            ? Encoding.UTF8.GetString(value)
            : null;

    private static byte[] Frame(SerializeType type, byte[] header, byte[] body)
    {
        byte[] frame = new byte[FrameReader.HeaderWordBytes + header.Length + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, ((int)type << 24) | header.Length);
        header.CopyTo(frame, FrameReader.HeaderWordBytes);
        body.CopyTo(frame, FrameReader.HeaderWordBytes + header.Length);
        return frame;
    }
}
