using System.IO.Compression;
using System.Text;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;

namespace OrleansMq.TestKit.Messages;

/// <summary>A message as it lies in the broker's store.</summary>
public sealed record StoredMessage
{
    private StoredMessage()
    {
    }

    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The queue of the topic.</summary>
    public required int QueueId { get; init; }

    /// <summary>The place in the queue.</summary>
    public required long QueueOffset { get; init; }

    /// <summary>The body, decompressed.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>All properties by name, those of the protocol included.</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>When the broker stored it.</summary>
    public required DateTimeOffset StoreTime { get; init; }

    /// <summary>How often it was tried before.</summary>
    public required int ReconsumeTimes { get; init; }

    /// <summary>The body as text in UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The tag; null without one.</summary>
    public string? Tag => Properties.GetValueOrDefault("TAGS");

    /// <summary>The keys by which it is found, separated by spaces; null without any.</summary>
    public string? Keys => Properties.GetValueOrDefault("KEYS");

    /// <summary>The id that its producer gave it; null without one.</summary>
    public string? MessageId => Properties.GetValueOrDefault("UNIQ_KEY");

    /// <summary>Where it lies in the log: messages stored later lie higher.</summary>
    internal long Position { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Topic}/{QueueId}/{QueueOffset}: {Text}";

    internal static StoredMessage Of(RecordView record) => new()
    {
        Topic = Encoding.UTF8.GetString(record.Topic),
        QueueId = record.QueueId,
        QueueOffset = record.QueueOffset,
        Position = record.PhysicalOffset,
        Body = (record.SystemFlags & SystemFlags.Compressed) == 0
            ? record.Body.ToArray()
            : Decompress(record.Body),
        Properties = PropertyBlock.ToDictionary(record.PropertiesWithoutChecksum),
        StoreTime = DateTimeOffset.FromUnixTimeMilliseconds(record.StoreTimestamp),
        ReconsumeTimes = record.ReconsumeTimes,
    };

    private static byte[] Decompress(ReadOnlySpan<byte> body)
    {
        using var source = new ZLibStream(new MemoryStream(body.ToArray()), CompressionMode.Decompress);
        using var whole = new MemoryStream();
        source.CopyTo(whole);
        return whole.ToArray();
    }
}
