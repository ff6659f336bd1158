using System.Text;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;

namespace OrleansMq.Storage.Tests.Stores;

/// <summary>A message as a test sends and expects it.</summary>
internal sealed record Message(string Topic, int QueueId, string Body, string Keys = "", string Tag = "")
{
    public byte[] TopicBytes => Encoding.UTF8.GetBytes(Topic);

    public byte[] BodyBytes => Encoding.UTF8.GetBytes(Body);

    public string[] KeyList => Keys.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public byte[] Properties
    {
        get
        {
            var editor = new PropertyEditor();
            if (Keys.Length > 0)
                editor.Set(PropertyNames.Keys, Encoding.UTF8.GetBytes(Keys));
            if (Tag.Length > 0)
                editor.Set(PropertyNames.Tags, Encoding.UTF8.GetBytes(Tag));
            return editor.ApplyTo([]);
        }
    }

    public static Message From(RecordView record) => new(
        Encoding.UTF8.GetString(record.Topic),
        record.QueueId,
        Encoding.UTF8.GetString(record.Body),
        Property(record, PropertyNames.Keys),
        Property(record, PropertyNames.Tags));

    /// <summary>A batch body, see <see cref="BatchItem"/>.</summary>
    public static byte[] BatchOf(IEnumerable<Message> messages)
    {
        var items = new List<byte>();
        foreach (Message message in messages)
        {
            byte[] item = new byte[BatchItem.SizeOf(message.BodyBytes.Length, message.Properties.Length)];
            BatchItem.Write(item, 0, message.BodyBytes, message.Properties);
            items.AddRange(item);
        }

        return [.. items];
    }

    public override string ToString() => $"{Topic}/{QueueId} '{(Body.Length > 24 ? Body[..24] + "…" : Body)}' [{Keys}] {Tag}";

    private static string Property(RecordView record, ReadOnlySpan<byte> name) =>
        record.TryGetProperty(name, out ReadOnlySpan<byte> value) ? Encoding.UTF8.GetString(value) : "";
}
