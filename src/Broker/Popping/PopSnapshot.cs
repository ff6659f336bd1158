using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using OrleansMq.Messages.Checksums;

namespace OrleansMq.Broker.Popping;

/// <summary>A queue of a group as it is saved.</summary>
/// <param name="Key">Whose it is.</param>
/// <param name="AppliedUntil">The records of this queue below this position are in it.</param>
/// <param name="Queue">What it is; null when group or topic were deleted.</param>
public readonly record struct SavedPopQueue(PopKey Key, long AppliedUntil, PopQueue? Queue);

/// <summary>
/// The layout of <c>pops.snapshot</c>: what is not acknowledged, so that a broker that starts need not read its whole
/// log. Big-endian; numbers of varying length as in the records, see docs/formats/pops.md:
/// <code>
/// header  magic 4  version 4  queues 4
/// queue   id, group, topic, applied until, is known 1;
///         if known: cursor, reset at, entries and each: offset minus the one before, group, attempt, popped at,
///         visible at
/// end     checksum 4
/// </code>
/// The checksum covers all that stands before it.
/// </summary>
public static class PopSnapshot
{
    /// <summary>The file's name.</summary>
    public const string Name = "pops.snapshot";

    /// <summary>What the file begins with, "OMQP".</summary>
    public const int Magic = 0x4F4D5150;

    /// <summary>The version of the layout.</summary>
    public const int Version = 1;

    private const int HeaderSizeBytes = 12;
    private const int QueuesAt = 8;

    /// <summary>Writes the header, which does not know yet how many queues and <see cref="End"/> follow.</summary>
    public static void Begin(IBufferWriter<byte> output)
    {
        Span<byte> header = output.GetSpan(HeaderSizeBytes);
        BinaryPrimitives.WriteInt32BigEndian(header, Magic);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], Version);
        BinaryPrimitives.WriteInt32BigEndian(header[QueuesAt..], 0);
        output.Advance(HeaderSizeBytes);
    }

    /// <summary>Writes a queue.</summary>
    public static void Write(IBufferWriter<byte> output, SavedPopQueue saved)
    {
        var writer = new PopWriter(output);
        writer.Write(saved.Key.QueueId);
        writer.Write(Encoding.UTF8.GetBytes(saved.Key.Group));
        writer.Write(Encoding.UTF8.GetBytes(saved.Key.Topic));
        writer.Write(saved.AppliedUntil);
        writer.Write(saved.Queue is null ? 0 : 1);
        if (saved.Queue is not { } queue)
            return;

        writer.Write(queue.Cursor);
        writer.Write(queue.ResetAt);
        writer.Write(queue.InFlight + queue.PassedOver);
        long before = 0;
        foreach (PopEntry entry in queue.Entries)
        {
            writer.Write(entry.Offset - before);
            writer.Write(entry.MessageGroup);
            writer.Write(entry.Attempt);
            writer.Write(entry.PoppedAt);
            writer.Write(entry.VisibleAt);
            before = entry.Offset;
        }
    }

    /// <summary>The file: what was written so far, with the number of queues and its checksum.</summary>
    public static byte[] End(ReadOnlySpan<byte> written, int queues)
    {
        var file = new byte[written.Length + sizeof(uint)];
        written.CopyTo(file);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(QueuesAt), queues);
        BinaryPrimitives.WriteUInt32BigEndian(
            file.AsSpan(written.Length), Crc32.Compute(file.AsSpan(0, written.Length)));
        return file;
    }

    /// <summary>Reads the file. Never throws; damaged content gives a problem.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> content,
        [NotNullWhen(true)] out IReadOnlyList<SavedPopQueue>? queues,
        [NotNullWhen(false)] out string? problem)
    {
        queues = null;
        problem = FindProblem(content);
        if (problem is not null)
            return false;

        var read = new SavedPopQueue[BinaryPrimitives.ReadInt32BigEndian(content[QueuesAt..])];
        var reader = new PopReader(content[HeaderSizeBytes..^sizeof(uint)]);
        for (int index = 0; index < read.Length; index++)
            read[index] = Read(ref reader);
        if (!reader.IsWhole || !reader.Rest.IsEmpty)
        {
            problem = $"The pop snapshot does not hold the {read.Length} queues that it names.";
            return false;
        }

        queues = read;
        return true;
    }

    private static SavedPopQueue Read(ref PopReader reader)
    {
        int queueId = reader.ReadInt32();
        string group = reader.ReadText();
        string topic = reader.ReadText();
        long appliedUntil = reader.ReadInt64();
        bool isKnown = reader.ReadByte() != 0;
        var key = new PopKey(group, topic, queueId);
        if (!isKnown)
            return new SavedPopQueue(key, appliedUntil, null);

        var queue = new PopQueue(reader.ReadInt64(), reader.ReadInt64());
        int count = reader.ReadCount();
        long offset = 0;
        for (int index = 0; index < count && reader.IsWhole; index++)
        {
            offset += reader.ReadInt64();
            uint messageGroup = (uint)reader.ReadInt64();
            queue.Restore(new PopEntry(
                offset, messageGroup, reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt64()));
        }

        return new SavedPopQueue(key, appliedUntil, queue);
    }

    private static string? FindProblem(ReadOnlySpan<byte> content)
    {
        const int MinSize = HeaderSizeBytes + sizeof(uint);
        if (content.Length < MinSize)
            return $"The pop snapshot has {content.Length} bytes; at least {MinSize} were expected.";

        int magic = BinaryPrimitives.ReadInt32BigEndian(content);
        if (magic != Magic)
            return $"The pop snapshot begins with 0x{magic:X8}; 0x{Magic:X8} was expected.";

        int version = BinaryPrimitives.ReadInt32BigEndian(content[4..]);
        if (version != Version)
            return $"The pop snapshot has layout version {version}; this broker reads version {Version}.";

        int count = BinaryPrimitives.ReadInt32BigEndian(content[QueuesAt..]);
        if (count < 0 || count > content.Length)
            return $"The pop snapshot names {count} queues, more than its {content.Length} bytes can hold.";

        uint stored = BinaryPrimitives.ReadUInt32BigEndian(content[^sizeof(uint)..]);
        uint computed = Crc32.Compute(content[..^sizeof(uint)]);
        return stored == computed
            ? null
            : $"The pop snapshot has the checksum 0x{computed:X8}; 0x{stored:X8} was expected.";
    }
}
