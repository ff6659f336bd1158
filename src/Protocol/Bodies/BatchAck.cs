using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Messages that one pop got of one queue, to be acknowledged. RocketMQ: BatchAck.</summary>
public sealed class BatchAck
{
    private const int BitsPerByte = 8;

    /// <summary>The consumer's group.</summary>
    [JsonPropertyName("c")]
    public string ConsumerGroup
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>The topic.</summary>
    [JsonPropertyName("t")]
    public string Topic
    {
        get;
        set => field = value ?? "";
    } = "";

    /// <summary>"0" for a message's own topic, which is the only one that this broker hands out from.</summary>
    [JsonPropertyName("r")]
    public string? Retry { get; set; } = "0";

    /// <summary>The offset that the first bit stands for.</summary>
    [JsonPropertyName("so")]
    public long StartOffset { get; set; }

    /// <summary>The queue.</summary>
    [JsonPropertyName("q")]
    public int QueueId { get; set; }

    /// <summary>999 for an ordered pop.</summary>
    [JsonPropertyName("rq")]
    public int ReviveQueueId { get; set; }

    /// <summary>When the messages were handed out, Unix milliseconds.</summary>
    [JsonPropertyName("pt")]
    public long PopTime { get; set; }

    /// <summary>For how long nobody else gets them, in milliseconds.</summary>
    [JsonPropertyName("it")]
    public long InvisibleTime { get; set; }

    /// <summary>A bit for each offset from the first on, the lowest of a byte first. Base64 in JSON.</summary>
    [JsonPropertyName("b")]
    public byte[]? BitSet { get; set; }

    /// <summary>The offsets whose bit is set, ascending.</summary>
    public IEnumerable<long> Offsets()
    {
        byte[] bits = BitSet ?? [];
        for (int index = 0; index < bits.Length * BitsPerByte; index++)
        {
            if ((bits[index / BitsPerByte] >> (index % BitsPerByte) & 1) != 0)
                yield return StartOffset + index;
        }
    }

    /// <summary>Sets the bit of an offset at or above the first.</summary>
    public void Add(long offset)
    {
        int index = checked((int)(offset - StartOffset));
        byte[] bits = BitSet ?? [];
        if (index / BitsPerByte >= bits.Length)
            Array.Resize(ref bits, (index / BitsPerByte) + 1);
        bits[index / BitsPerByte] |= (byte)(1 << (index % BitsPerByte));
        BitSet = bits;
    }
}
