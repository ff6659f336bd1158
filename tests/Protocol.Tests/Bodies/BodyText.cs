using System.Buffers;
using System.Text;

namespace OrleansMq.Protocol.Tests.Bodies;

/// <summary>Bodies as text.</summary>
internal static class BodyText
{
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>What a body writes.</summary>
    public static string Of(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
