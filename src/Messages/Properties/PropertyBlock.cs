using System.Buffers;
using System.Text;

namespace OrleansMq.Messages.Properties;

/// <summary>
/// The property block of a record: UTF-8 pairs, each <c>name 0x01 value 0x02</c>, the last 0x02 optional.
/// RocketMQ: <c>MessageDecoder.string2messageProperties</c>.
/// </summary>
public static class PropertyBlock
{
    /// <summary>The byte between a name and its value.</summary>
    public const byte NameEnd = 1;

    /// <summary>The byte behind a value.</summary>
    public const byte ValueEnd = 2;

    /// <summary>The longest block, since its length is stored as an int16.</summary>
    public const int MaxBytes = short.MaxValue;

    /// <summary>Finds a property by its exact name; the last of several wins. The value is part of the block.</summary>
    public static bool TryGet(ReadOnlySpan<byte> block, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        bool isFound = false;
        value = default;
        foreach (PropertyPair pair in Enumerate(block))
        {
            if (pair.Name.SequenceEqual(name))
            {
                value = pair.Value;
                isFound = true;
            }
        }

        return isFound;
    }

    /// <summary>Walks the pairs in order. Pieces without a name separator are passed over.</summary>
    public static PropertyEnumerator Enumerate(ReadOnlySpan<byte> block) => new(block);

    /// <summary>Decodes the whole block; a name that comes twice keeps its last value.</summary>
    public static Dictionary<string, string> ToDictionary(ReadOnlySpan<byte> block)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (PropertyPair pair in Enumerate(block))
            properties[Encoding.UTF8.GetString(pair.Name)] = Encoding.UTF8.GetString(pair.Value);
        return properties;
    }

    /// <summary>Encodes a set of properties.</summary>
    /// <exception cref="ArgumentException">A name or value holds byte 0x01 or 0x02.</exception>
    public static byte[] FromPairs(IEnumerable<KeyValuePair<string, string>> properties)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach ((string name, string value) in properties)
            Append(output, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes one pair with both separators.</summary>
    /// <exception cref="ArgumentException">The name or value holds byte 0x01 or 0x02.</exception>
    public static void Append(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.ContainsAny(NameEnd, ValueEnd) || value.ContainsAny(NameEnd, ValueEnd))
        {
            throw new ArgumentException(
                $"The property '{Encoding.UTF8.GetString(name)}' holds one of the separator bytes 0x01 and 0x02.",
                nameof(value));
        }

        Copy(output, new PropertyPair(name, value));
    }

    /// <summary>Writes a pair as it is, even if its value holds 0x01, as a stored one may.</summary>
    internal static void Copy(IBufferWriter<byte> output, PropertyPair pair)
    {
        output.Write(pair.Name);
        output.Write([NameEnd]);
        output.Write(pair.Value);
        output.Write([ValueEnd]);
    }
}
