using System.Buffers;

namespace OrleansMq.Broker.Metadata;

/// <summary>Puts quotes around the numeric keys that fastjson, RocketMQ's JSON library, writes without them.</summary>
internal static class UnquotedKeys
{
    /// <summary>The same JSON with quoted keys; anything else, damaged or not, is copied as it is.</summary>
    public static ReadOnlyMemory<byte> Quote(ReadOnlySpan<byte> json)
    {
        var output = new ArrayBufferWriter<byte>(json.Length + 64);
        bool isKeyPossible = false;
        while (!json.IsEmpty)
        {
            int length = TokenLength(json);
            bool isKey = isKeyPossible && IsNumber(json[0]) && json[length..].TrimStart(" \t\r\n"u8) is [(byte)':', ..];
            if (isKey)
                output.Write("\""u8);
            output.Write(json[..length]);
            if (isKey)
                output.Write("\""u8);
            if (json[0] is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
                isKeyPossible = json[0] is (byte)'{' or (byte)',';
            json = json[length..];
        }

        return output.WrittenMemory;
    }

    private static int TokenLength(ReadOnlySpan<byte> json)
    {
        int length = 1;
        if (json[0] == '"')
        {
            while (length < json.Length && json[length] != '"')
                length += json[length] == '\\' ? 2 : 1;
            return Math.Min(length + 1, json.Length);
        }

        if (IsNumber(json[0]))
        {
            while (length < json.Length && IsNumber(json[length]))
                length++;
        }

        return length;
    }

    private static bool IsNumber(byte value) => value is (>= (byte)'0' and <= (byte)'9') or (byte)'-';
}
