using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;

namespace OrleansMq.Broker.Deduplication;

/// <summary>The messages of a batch body with what they are remembered by; those without an id have nothing.</summary>
internal sealed class BatchIds
{
    private readonly List<(UInt128? Id, Range Bytes)> _items = [];

    public int Count => _items.Count;

    public bool HasIds { get; private set; }

    public UInt128? this[int index] => _items[index].Id;

    /// <summary>Reads a batch body; false when it is malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> body, out BatchIds ids)
    {
        ids = new BatchIds();
        ReadOnlySpan<byte> rest = body;
        while (!rest.IsEmpty)
        {
            int start = body.Length - rest.Length;
            if (!BatchItem.TryRead(ref rest, out BatchItem item))
                return false;

            bool hasKey = PropertyBlock.TryGet(item.Properties, PropertyNames.UniqueKey, out ReadOnlySpan<byte> key)
                && !key.IsEmpty;
            ids._items.Add((hasKey ? PublishId.Of(topic, key) : null, start..(body.Length - rest.Length)));
            ids.HasIds |= hasKey;
        }

        return ids.Count > 0;
    }

    /// <summary>The body with some of the messages only.</summary>
    public byte[] Pick(ReadOnlySpan<byte> body, IReadOnlyCollection<int> indexes)
    {
        using var picked = new MemoryStream(body.Length);
        foreach (int index in indexes)
            picked.Write(body[_items[index].Bytes]);
        return picked.ToArray();
    }
}
