using System.Text;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;

namespace OrleansMq.Grains.Queues;

/// <summary>
/// Messages on their way to a queue, in the form in which the log takes them: see <see cref="BatchItem"/>. The bytes
/// cross the network as they are, and are copied once, into the log.
/// </summary>
/// <param name="Items">The items, one behind the other. Not to be changed any more.</param>
/// <param name="Count">How many they are.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.MessageBatch")]
public readonly record struct MessageBatch(
    [property: Id(0)] ReadOnlyMemory<byte> Items, [property: Id(1)] int Count)
{
    /// <summary>One message.</summary>
    /// <param name="body">The body.</param>
    /// <param name="properties">The properties by name, see <see cref="PropertyNames"/>.</param>
    public static MessageBatch Of(ReadOnlySpan<byte> body, params ReadOnlySpan<(string Name, string Value)> properties)
    {
        byte[] block = Encode(properties);
        byte[] item = new byte[BatchItem.SizeOf(body.Length, block.Length)];
        BatchItem.Write(item, flag: 0, body, block);
        return new MessageBatch(item, 1);
    }

    /// <summary>Messages without properties.</summary>
    public static MessageBatch Of(IReadOnlyCollection<ReadOnlyMemory<byte>> bodies)
    {
        byte[] items = new byte[bodies.Sum(body => BatchItem.SizeOf(body.Length, 0))];
        int at = 0;
        foreach (ReadOnlyMemory<byte> body in bodies)
        {
            int size = BatchItem.SizeOf(body.Length, 0);
            BatchItem.Write(items.AsSpan(at, size), flag: 0, body.Span, []);
            at += size;
        }

        return new MessageBatch(items, bodies.Count);
    }

    private static byte[] Encode(ReadOnlySpan<(string Name, string Value)> properties)
    {
        var text = new StringBuilder();
        foreach ((string name, string value) in properties)
        {
            text.Append(name).Append((char)PropertyBlock.NameEnd);
            text.Append(value).Append((char)PropertyBlock.ValueEnd);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
