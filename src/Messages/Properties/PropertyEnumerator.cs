namespace OrleansMq.Messages.Properties;

/// <summary>A name and its value, both slices of the block they stand in.</summary>
public readonly ref struct PropertyPair(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
{
    /// <summary>The name in UTF-8.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>The value in UTF-8.</summary>
    public ReadOnlySpan<byte> Value { get; } = value;
}

/// <summary>Walks the pairs of a <see cref="PropertyBlock"/> without allocating.</summary>
public ref struct PropertyEnumerator(ReadOnlySpan<byte> block)
{
    private ReadOnlySpan<byte> _rest = block;

    /// <summary>The pair at hand.</summary>
    public PropertyPair Current { get; private set; }

    /// <summary>Moves to the next pair; false behind the last.</summary>
    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            int end = _rest.IndexOf(PropertyBlock.ValueEnd);
            ReadOnlySpan<byte> piece = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            int nameEnd = piece.IndexOf(PropertyBlock.NameEnd);
            if (nameEnd > 0)
            {
                Current = new PropertyPair(piece[..nameEnd], piece[(nameEnd + 1)..]);
                return true;
            }
        }

        return false;
    }

    /// <summary>Lets <c>foreach</c> use the enumerator itself.</summary>
    public readonly PropertyEnumerator GetEnumerator() => this;
}
