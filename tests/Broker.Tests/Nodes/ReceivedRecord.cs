using System.Text;
using OrleansMq.Messages.Records;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>A record as a consumer gets it.</summary>
internal sealed record ReceivedRecord(
    string Topic, int QueueId, long QueueOffset, long PhysicalOffset, int ReconsumeTimes, string Properties, string Body)
{
    /// <summary>Whether its checksum fits.</summary>
    public bool IsIntact { get; private init; }

    public static ReceivedRecord[] ReadAll(ReadOnlySpan<byte> bytes)
    {
        var records = new List<ReceivedRecord>();
        while (!bytes.IsEmpty)
        {
            Assert.Equal(RecordDefect.None, RecordView.TryRead(bytes, out RecordView record));
            records.Add(new ReceivedRecord(
                Encoding.UTF8.GetString(record.Topic), record.QueueId, record.QueueOffset, record.PhysicalOffset,
                record.ReconsumeTimes, Encoding.UTF8.GetString(record.Properties),
                Encoding.UTF8.GetString(record.Body))
            {
                IsIntact = record.Verify(record.PhysicalOffset, requiresChecksum: true) == RecordDefect.None,
            });
            bytes = bytes[record.Bytes.Length..];
        }

        return [.. records];
    }

    /// <summary>The value of a property, or null.</summary>
    public string? Property(string name) => Properties.Split('\u0002')
        .Where(pair => pair.StartsWith(name + '\u0001', StringComparison.Ordinal))
        .Select(pair => pair[(name.Length + 1)..]).SingleOrDefault();
}
