using System.Buffers;
using System.Buffers.Text;

namespace OrleansMq.Messages.Properties;

/// <summary>
/// Builds a new property block from an old one: some names set, some removed, the rest copied as they are.
/// Not thread-safe; the result is the caller's.
/// </summary>
public sealed class PropertyEditor
{
    private readonly List<(byte[] Name, byte[]? Value)> _changes = [];

    /// <summary>Sets or replaces a property.</summary>
    public PropertyEditor Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _changes.Add((name.ToArray(), value.ToArray()));
        return this;
    }

    /// <summary>Sets a property to a decimal number.</summary>
    public PropertyEditor Set(ReadOnlySpan<byte> name, long value)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, text, out int written);
        return Set(name, text[..written]);
    }

    /// <summary>Removes a property if it is there.</summary>
    public PropertyEditor Remove(ReadOnlySpan<byte> name)
    {
        _changes.Add((name.ToArray(), null));
        return this;
    }

    /// <summary>Applies the changes, in the order they were made, to a block and returns the new one.</summary>
    public byte[] ApplyTo(ReadOnlySpan<byte> block)
    {
        var output = new ArrayBufferWriter<byte>(block.Length + 64);
        foreach (PropertyPair pair in PropertyBlock.Enumerate(block))
        {
            if (!IsChanged(pair.Name))
                PropertyBlock.Copy(output, pair);
        }

        for (int index = 0; index < _changes.Count; index++)
        {
            (byte[] name, byte[]? value) = _changes[index];
            bool isLast = !_changes.Skip(index + 1).Any(later => later.Name.AsSpan().SequenceEqual(name));
            if (value is not null && isLast)
                PropertyBlock.Append(output, name, value);
        }

        return output.WrittenSpan.ToArray();
    }

    private bool IsChanged(ReadOnlySpan<byte> name)
    {
        foreach ((byte[] changed, _) in _changes)
        {
            if (name.SequenceEqual(changed))
                return true;
        }

        return false;
    }
}
