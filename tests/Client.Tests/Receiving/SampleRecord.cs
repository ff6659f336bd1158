using System.Net;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;

namespace OrleansMq.Client.Tests.Receiving;

/// <summary>Records as a broker stores them.</summary>
internal static class SampleRecord
{
    public static readonly HostAddress Broker = HostAddress.From(IPEndPoint.Parse("10.0.0.2:10911"));

    public static byte[] Of(
        ReadOnlySpan<byte> body,
        SystemFlags flags = SystemFlags.None,
        long queueOffset = 42,
        params (string Name, string Value)[] properties)
    {
        var encoder = new RecordEncoder(new MessageDraft
        {
            Topic = "orders"u8,
            QueueId = 3,
            Body = body,
            Properties = PropertyBlock.FromPairs(properties.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))),
            Flag = 7,
            SystemFlags = flags,
            BornTimestamp = 1_700_000_000_000,
            BornHost = Broker,
            StoreHost = Broker,
            ReconsumeTimes = 2,
        });
        byte[] record = new byte[encoder.SizeBytes];
        encoder.Write(record, queueOffset, 4096, 1_700_000_000_123);
        return record;
    }
}
