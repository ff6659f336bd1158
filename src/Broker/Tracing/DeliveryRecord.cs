using System.Text;

namespace OrleansMq.Broker.Tracing;

/// <summary>
/// The body of a record of the journal: a version byte, then unsigned LEB128 numbers.
/// <code>
/// version 1 | base time | strings: count, each length and UTF-8 | ranges: count, each
///     kind, group, client, topic (numbers of strings), queue, from + 1, to − from,
///     first − base time, last − first
/// </code>
/// </summary>
public static class DeliveryRecord
{
    /// <summary>The version of the layout.</summary>
    public const byte Version = 1;

    /// <summary>The longest name in bytes; longer ones are cut.</summary>
    public const int MaxNameBytes = 512;

    /// <summary>What a range takes at most, besides its names.</summary>
    private const int MaxRangeBytes = 64;

    private const int MaxHeaderBytes = 24;

    /// <summary>Writes as many of the ranges as fit, at least one.</summary>
    /// <param name="ranges">The ranges, at least one.</param>
    /// <param name="maxBytes">The most bytes to write, if that can be.</param>
    /// <param name="taken">How many were written.</param>
    public static byte[] Encode(ReadOnlySpan<DeliveryRange> ranges, int maxBytes, out int taken)
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        taken = CountFitting(ranges, maxBytes, names);
        ranges = ranges[..taken];
        long baseTime = long.MaxValue;
        foreach (DeliveryRange range in ranges)
            baseTime = Math.Min(baseTime, range.FirstMilliseconds);

        using var output = new MemoryStream();
        output.WriteByte(Version);
        Write(output, baseTime);
        Write(output, names.Count);
        foreach (string name in names.OrderBy(pair => pair.Value).Select(pair => pair.Key))
        {
            byte[] text = Utf8Of(name);
            Write(output, text.Length);
            output.Write(text);
        }

        Write(output, taken);
        foreach (DeliveryRange range in ranges)
        {
            Write(output, (long)range.Kind);
            Write(output, names[range.Group]);
            Write(output, names[range.Client]);
            Write(output, names[range.Topic]);
            Write(output, range.QueueId);
            Write(output, range.From + 1);
            Write(output, range.To - range.From);
            Write(output, range.FirstMilliseconds - baseTime);
            Write(output, Math.Max(range.LastMilliseconds - range.FirstMilliseconds, 0));
        }

        return output.ToArray();
    }

    /// <summary>Adds the ranges of a record to a list; false, and none added, if it is no such record.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> body, ICollection<DeliveryRange> ranges)
    {
        var rest = new Reader(body);
        if (!rest.TryReadByte(out byte version) || version != Version || !rest.TryRead(out long baseTime))
            return false;
        if (!rest.TryReadCount(out int nameCount))
            return false;

        string[] names = new string[nameCount];
        for (int index = 0; index < nameCount; index++)
        {
            if (!rest.TryReadText(out names[index]))
                return false;
        }

        if (!rest.TryReadCount(out int rangeCount))
            return false;

        var read = new DeliveryRange[rangeCount];
        for (int index = 0; index < rangeCount; index++)
        {
            if (!TryRead(ref rest, names, baseTime, out read[index]))
                return false;
        }

        foreach (DeliveryRange range in read)
            ranges.Add(range);
        return true;
    }

    private static bool TryRead(ref Reader rest, string[] names, long baseTime, out DeliveryRange range)
    {
        range = default;
        bool isRead = rest.TryRead(out long kind) & rest.TryReadName(names, out string group)
            & rest.TryReadName(names, out string client) & rest.TryReadName(names, out string topic)
            & rest.TryRead(out long queueId) & rest.TryRead(out long from) & rest.TryRead(out long length)
            & rest.TryRead(out long first) & rest.TryRead(out long duration);
        if (!isRead || queueId > int.MaxValue || kind > (long)DeliveryKind.Acknowledged)
            return false;

        range = new DeliveryRange(
            (DeliveryKind)kind, group, client, topic, (int)queueId, from - 1, from - 1 + length, baseTime + first,
            baseTime + first + duration);
        return true;
    }

    private static int CountFitting(
        ReadOnlySpan<DeliveryRange> ranges, int maxBytes, Dictionary<string, int> names)
    {
        int bytes = MaxHeaderBytes;
        for (int index = 0; index < ranges.Length; index++)
        {
            DeliveryRange range = ranges[index];
            bytes += MaxRangeBytes;
            foreach (string name in (ReadOnlySpan<string>)[range.Group, range.Client, range.Topic])
            {
                if (!names.ContainsKey(name))
                    bytes += MaxHeaderBytes + Math.Min(Encoding.UTF8.GetByteCount(name), MaxNameBytes);
            }

            if (bytes > maxBytes && index > 0)
                return index;

            foreach (string name in (ReadOnlySpan<string>)[range.Group, range.Client, range.Topic])
                names.TryAdd(name, names.Count);
        }

        return ranges.Length;
    }

    private static byte[] Utf8Of(string name)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        return text.Length <= MaxNameBytes ? text : text[..MaxNameBytes];
    }

    private static void Write(MemoryStream output, long number)
    {
        ulong rest = (ulong)Math.Max(number, 0);
        while (rest >= 0x80)
        {
            output.WriteByte((byte)(rest | 0x80));
            rest >>= 7;
        }

        output.WriteByte((byte)rest);
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public bool TryReadByte(out byte value)
        {
            value = _rest.IsEmpty ? (byte)0 : _rest[0];
            bool isRead = !_rest.IsEmpty;
            _rest = isRead ? _rest[1..] : _rest;
            return isRead;
        }

        public bool TryRead(out long number)
        {
            number = 0;
            for (int shift = 0; shift < 63 && TryReadByte(out byte next); shift += 7)
            {
                number |= (long)(next & 0x7F) << shift;
                if (next < 0x80)
                    return true;
            }

            return false;
        }

        /// <summary>What is counted takes a byte each at least, so that no wrong count asks for much memory.</summary>
        public bool TryReadCount(out int count)
        {
            bool isRead = TryRead(out long number) && number <= _rest.Length;
            count = isRead ? (int)number : 0;
            return isRead;
        }

        public bool TryReadText(out string text)
        {
            text = "";
            if (!TryReadCount(out int length))
                return false;

            text = Encoding.UTF8.GetString(_rest[..length]);
            _rest = _rest[length..];
            return true;
        }

        public bool TryReadName(string[] names, out string name)
        {
            bool isRead = TryRead(out long number) && number < names.Length;
            name = isRead ? names[number] : "";
            return isRead;
        }
    }
}
