using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace OrleansMq.Protocol.Bodies;

/// <summary>Messages that one pop got of one queue, to be acknowledged. RocketMQ: BatchAck.</summary>
public sealed class BatchAck
{
    /// <summary>For how many offsets a byte of the bit set stands.</summary>
    public const int BitsPerByte = 8;

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
        for (int at = NextSet(bits, 0); at < bits.Length; at = NextSet(bits, at + 1))
        {
            for (int bit = 0; bit < BitsPerByte; bit++)
            {
                if ((bits[at] >> bit & 1) != 0)
                    yield return StartOffset + ((long)at * BitsPerByte) + bit;
            }
        }
    }

    /// <summary>How many bits are set.</summary>
    public long CountOffsets()
    {
        ReadOnlySpan<byte> bits = BitSet;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bits);
        long count = 0;
        foreach (ulong word in words)
            count += BitOperations.PopCount(word);
        foreach (byte rest in bits[(words.Length * sizeof(ulong))..])
            count += BitOperations.PopCount(rest);
        return count;
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

    /// <summary>The next byte with a bit that is set; what lies between is passed many bytes at a time.</summary>
    private static int NextSet(byte[] bits, int from)
    {
        int next = bits.AsSpan(from).IndexOfAnyExcept((byte)0);
        return next < 0 ? bits.Length : from + next;
    }
}
