using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Streams.Queues;

namespace OrleansMq.Streams.Events;

/// <summary>Makes stream messages of a queue's records. Thread-safe.</summary>
internal sealed class MessageReader(StreamQueueId queue, OrleansMqStreamOptions options, int maxBodyBytes)
{
    private readonly string _namespace = options.NamespaceOf(queue.Topic);
    private readonly byte[] _keyProperty = Encoding.UTF8.GetBytes(options.KeyProperty);
    private readonly byte[] _ownKey = Encoding.UTF8.GetBytes(queue.Key);

    /// <summary>The key of a record's stream, UTF-8: without one it is of the queue's own stream.</summary>
    public ReadOnlySpan<byte> KeyOf(RecordView record) =>
        record.TryGetProperty(_keyProperty, out ReadOnlySpan<byte> key) && !key.IsEmpty ? key : _ownKey;

    /// <summary>Copies what is needed of a record.</summary>
    public StreamMessage Read(RecordView record)
    {
        ReadOnlySpan<byte> properties = record.Properties;
        bool isOrleans = PropertyBlock.TryGet(properties, StreamProperties.Format, out ReadOnlySpan<byte> format)
            && format.SequenceEqual(StreamProperties.OrleansFormat);
        return new StreamMessage
        {
            Offset = record.QueueOffset,
            Position = record.PhysicalOffset,
            Stream = StreamId.Create(_namespace, Encoding.UTF8.GetString(KeyOf(record))),
            Body = BodyOf(record),
            IsOrleans = isOrleans,
            Count = CountOf(properties),
            Context = ContextOf(properties),
        };
    }

    private static int CountOf(ReadOnlySpan<byte> properties) =>
        PropertyBlock.TryGet(properties, StreamProperties.Count, out ReadOnlySpan<byte> text)
        && Utf8Parser.TryParse(text, out int count, out _) && count > 0
            ? count
            : 1;

    private static byte[]? ContextOf(ReadOnlySpan<byte> properties)
    {
        if (!PropertyBlock.TryGet(properties, StreamProperties.Context, out ReadOnlySpan<byte> text))
            return null;

        byte[] context = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, context, out _, out int written) == System.Buffers.OperationStatus.Done
            ? context[..written]
            : null;
    }

    /// <summary>A body that cannot be decompressed is left as it is: its subscriber sees to it.</summary>
    private byte[] BodyOf(RecordView record)
    {
        byte[] body = record.Body.ToArray();
        if ((record.SystemFlags & SystemFlags.Compressed) == 0)
            return body;

        try
        {
            using var zlib = new ZLibStream(new MemoryStream(body), CompressionMode.Decompress);
            using var output = new MemoryStream();
            Span<byte> chunk = stackalloc byte[4096];
            while (zlib.Read(chunk) is var read and > 0)
            {
                if (output.Length + read > maxBodyBytes)
                    return body;
                output.Write(chunk[..read]);
            }

            return output.ToArray();
        }
        catch (InvalidDataException)
        {
            return body;
        }
    }
}
