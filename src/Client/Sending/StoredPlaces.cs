using System.Text;
using OrleansMq.Messages.Identity;

namespace OrleansMq.Client.Sending;

/// <summary>
/// The identifiers that a broker gave the messages of a request, in numbers: their texts would take most of the memory
/// that a send needs. Immutable.
/// </summary>
internal sealed class StoredPlaces
{
    private readonly HostAddress _broker;
    private readonly long[] _offsets;
    private readonly string? _text;

    private StoredPlaces(HostAddress broker, long[] offsets, string? text) =>
        (_broker, _offsets, _text) = (broker, offsets, text);

    /// <summary>How many messages they are of.</summary>
    public int Count => _text is null ? _offsets.Length : _text.Split(',').Length;

    /// <summary>Reads what a broker answered: identifiers, separated by commas.</summary>
    public static StoredPlaces Read(ReadOnlySpan<byte> ids)
    {
        long[] offsets = new long[1 + ids.Count((byte)',')];
        HostAddress broker = default;
        int index = 0;
        foreach (Range range in ids.Split((byte)','))
        {
            // An identifier of another form is kept as it is.
            if (!TryRead(ids[range], out OffsetMessageId id) || (index > 0 && id.Broker != broker))
                return new StoredPlaces(default, [], Encoding.ASCII.GetString(ids));
            broker = id.Broker;
            offsets[index++] = id.PhysicalOffset;
        }

        return new StoredPlaces(broker, offsets, null);
    }

    /// <summary>The identifier of a message.</summary>
    public string TextOf(int index) => _text is null
        ? new OffsetMessageId(_broker, _offsets[index]).ToString()
        : _text.Split(',')[index];

    private static bool TryRead(ReadOnlySpan<byte> ascii, out OffsetMessageId id)
    {
        id = default;
        if (ascii.Length > OffsetMessageId.MaxLength)
            return false;

        Span<char> text = stackalloc char[OffsetMessageId.MaxLength];
        return OffsetMessageId.TryParse(text[..Encoding.ASCII.GetChars(ascii, text)], out id);
    }
}
