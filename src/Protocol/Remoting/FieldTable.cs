using System.Text;

namespace OrleansMq.Protocol.Remoting;

/// <summary>
/// The ext fields of one header: names and values as slices of the text that the reader owns. A name stands in it once;
/// the last value wins. Reused from header to header.
/// </summary>
internal sealed class FieldTable
{
    private Slot[] _slots = new Slot[16];
    private int _next;

    /// <summary>How many fields there are.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets all fields.</summary>
    public void Clear() => Count = _next = 0;

    /// <summary>Sets a field; both parts are slices of <paramref name="text"/>.</summary>
    public void Set(ReadOnlySpan<byte> text, int nameAt, int nameLength, int valueAt, int valueLength)
    {
        ReadOnlySpan<byte> name = text.Slice(nameAt, nameLength);
        int index = IndexOf(text, name);
        if (index < 0)
        {
            if (Count == _slots.Length)
                Array.Resize(ref _slots, _slots.Length * 2);
            index = Count++;
        }

        _slots[index] = new Slot(KeyOf(name), nameAt, valueAt, valueLength);
    }

    /// <summary>Removes a field if there is one of that name.</summary>
    public void Remove(ReadOnlySpan<byte> text, scoped ReadOnlySpan<byte> name)
    {
        int index = IndexOf(text, name);
        if (index < 0)
            return;

        Count--;
        _slots.AsSpan(index + 1, Count - index).CopyTo(_slots.AsSpan(index));
    }

    /// <summary>Finds the value of a field.</summary>
    public bool TryGet(ReadOnlySpan<byte> text, scoped ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        // Fields are mostly asked for in the order in which they were sent.
        int index = _next < Count && _slots[_next].Key == KeyOf(name) && IsName(text, _slots[_next].NameAt, name)
            ? _next
            : IndexOf(text, name);
        if (index < 0)
        {
            value = default;
            return false;
        }

        _next = index + 1;
        ref Slot slot = ref _slots[index];
        value = text.Slice(slot.ValueAt, slot.ValueLength);
        return true;
    }

    /// <summary>The name and value at a place, in the order of the header.</summary>
    public void At(ReadOnlySpan<byte> text, int index, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        ref Slot slot = ref _slots[index];
        name = text.Slice(slot.NameAt, slot.NameLength);
        value = text.Slice(slot.ValueAt, slot.ValueLength);
    }

    /// <summary>All fields as strings.</summary>
    public Dictionary<string, string> ToDictionary(ReadOnlySpan<byte> text)
    {
        var fields = new Dictionary<string, string>(Count, StringComparer.Ordinal);
        for (int index = 0; index < Count; index++)
        {
            At(text, index, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value);
            fields[Encoding.UTF8.GetString(name)] = Encoding.UTF8.GetString(value);
        }

        return fields;
    }

    private int IndexOf(ReadOnlySpan<byte> text, scoped ReadOnlySpan<byte> name)
    {
        int key = KeyOf(name);
        ReadOnlySpan<Slot> slots = _slots.AsSpan(0, Count);
        for (int index = 0; index < slots.Length; index++)
        {
            if (slots[index].Key == key && IsName(text, slots[index].NameAt, name))
                return index;
        }

        return -1;
    }

    // Length and first byte decide almost always; names of one letter are then equal.
    private static bool IsName(ReadOnlySpan<byte> text, int at, scoped ReadOnlySpan<byte> name) =>
        name.Length <= 1 || text.Slice(at, name.Length).SequenceEqual(name);

    private static int KeyOf(ReadOnlySpan<byte> name) => name.IsEmpty ? 0 : (name.Length << 8) | name[0];

    private readonly record struct Slot(int Key, int NameAt, int ValueAt, int ValueLength)
    {
        public int NameLength => Key >> 8;
    }
}
