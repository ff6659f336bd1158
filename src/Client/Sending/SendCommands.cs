using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using OrleansMq.Client.Diagnostics;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Sending;

/// <summary>Writes the requests that carry messages: 310 for one, 320 for a batch. Thread-safe.</summary>
internal sealed class SendCommands(ClientOptions options)
{
    private const string Template = "TBW102";
    private const int TemplateQueues = 8;
    private const int StackTextBytes = 256;

    private static readonly Dictionary<string, string> NoProperties = [];

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _properties;

    /// <summary>Appends the request that sends one message.</summary>
    public void WriteSingle(in SingleSend send, int opaque, OutputBuffer output)
    {
        CommandWriter writer = CommandWriter.BeginRequest(
            output, send.Code, opaque, options.SerializeType, send.IsOneWay);
        SystemFlags flags = send.IsCompressed ? SystemFlags.Compressed : SystemFlags.None;
        Message message = send.Message.Message;
        WriteFields(ref writer, message.Topic, send.QueueId, flags, message.Flag);
        writer.Field("i"u8, EncodeProperties(send.Message));
        writer.Body(send.Body.Span);
        writer.Complete();
    }

    /// <summary>Appends the request that sends a batch.</summary>
    public void WriteBatch(in BatchSend send, int opaque, OutputBuffer output)
    {
        CommandWriter writer = CommandWriter.BeginRequest(
            output, RequestCode.SendBatchMessage, opaque, options.SerializeType);
        WriteFields(ref writer, send.Topic, send.QueueId, SystemFlags.None, 0);
        writer.Field("m"u8, true);
        OutputBuffer body = writer.BeginBody();
        foreach (OutgoingMessage outgoing in send.Messages.Span)
        {
            Message message = outgoing.Message;
            ReadOnlySpan<byte> properties = EncodeProperties(outgoing);
            int size = BatchItem.SizeOf(message.Body.Length, properties.Length);
            BatchItem.Write(body.GetSpan(size)[..size], message.Flag, message.Body.Span, properties);
            body.Advance(size);
        }

        writer.Complete();
    }

    /// <summary>The body as it is sent: compressed if it is long and gets shorter by it.</summary>
    public ReadOnlyMemory<byte> Pack(ReadOnlyMemory<byte> body, out bool isCompressed)
    {
        isCompressed = false;
        if (body.Length < options.CompressBodiesFromBytes)
            return body;

        using var packed = new MemoryStream(body.Length / 2);
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(body.Span);
        isCompressed = packed.Length < body.Length;
        return isCompressed ? packed.GetBuffer().AsMemory(0, (int)packed.Length) : body;
    }

    private void WriteFields(scoped ref CommandWriter writer, string topic, int queueId, SystemFlags flags, int flag)
    {
        writer.Field("a"u8, options.ProducerGroup);
        writer.Field("b"u8, topic);
        writer.Field("c"u8, Template);
        writer.Field("d"u8, TemplateQueues);
        writer.Field("e"u8, queueId);
        writer.Field("f"u8, (int)flags);
        writer.Field("g"u8, options.Time.GetUtcNow().ToUnixTimeMilliseconds());
        writer.Field("h"u8, flag);
    }

    private static ReadOnlySpan<byte> EncodeProperties(in OutgoingMessage outgoing)
    {
        Message message = outgoing.Message;
        ArrayBufferWriter<byte> output = _properties ??= new ArrayBufferWriter<byte>();
        output.ResetWrittenCount();
        AppendId(output, outgoing.Id);
        if (message.Tag is not null)
            Append(output, PropertyNames.Tags, message.Tag);
        if (message.Keys is not null)
            Append(output, PropertyNames.Keys, message.Keys);
        if (message.OrderingKey is not null)
            Append(output, PropertyNames.ShardingKey, message.OrderingKey);
        if (message.DelayLevel != 0)
            Append(output, PropertyNames.DelayLevel, message.DelayLevel);
        if (message.DeliverAt is { } deliverAt)
            Append(output, PropertyNames.TimerDeliverMilliseconds, deliverAt.ToUnixTimeMilliseconds());
        foreach ((string name, string value) in message.Properties ?? NoProperties)
            Append(output, Encoding.UTF8.GetBytes(name), value);
        if (outgoing.Trace is { } span)
            TraceContexts.Append(output, span);
        return output.WrittenSpan;
    }

    private static void AppendId(ArrayBufferWriter<byte> output, UniqueId id)
    {
        if (id.Given is { } given)
        {
            Append(output, PropertyNames.UniqueKey, given);
            return;
        }

        Span<byte> digits = stackalloc byte[UniqueId.DigitCount];
        id.FormatMade(digits);
        PropertyBlock.Append(output, PropertyNames.UniqueKey, digits);
    }

    private static void Append(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> name, long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out int length);
        PropertyBlock.Append(output, name, digits[..length]);
    }

    private static void Append(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> name, string value)
    {
        int maxBytes = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> utf8 = maxBytes <= StackTextBytes ? stackalloc byte[StackTextBytes] : new byte[maxBytes];
        PropertyBlock.Append(output, name, utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
    }
}
