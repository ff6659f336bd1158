using System.Buffers.Binary;
using System.Runtime.InteropServices;
using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.Indexes;

/// <summary>
/// A hash table from keys to positions in the log: a header, slots, then entries chained newest first.
/// </summary>
/// <remarks><code>
/// header, 40 bytes
///  0               8               16              24              32      36
/// +---------------+---------------+---------------+---------------+-------+-------+
/// | beginTimestamp| endTimestamp  | beginPhysical | endPhysical   | slots | count |
/// +---------------+---------------+---------------+---------------+-------+-------+
/// slot, 4 bytes: number of the newest entry of its chain, 0 for none
/// entry, 20 bytes
/// +-------+---------------+-------+-------+
/// |keyHash| physicalOffset|seconds| older |
/// +-------+---------------+-------+-------+
/// </code>
/// The count begins at 1 and entry 0 is never used. Written by the dispatcher alone, read by any thread.
/// Layout: docs/formats/index.md. RocketMQ: <c>IndexFile</c>.
/// </remarks>
internal sealed class IndexFile : IDisposable
{
    private const int HeaderBytes = 40;
    private const int SlotBytes = 4;
    private const int EntryBytes = 20;
    private const int AllocationBytes = 4 * 1024 * 1024;

    private readonly IStoreFile _file;
    private readonly int _slots;
    private readonly int _capacity;
    private int _count;
    private int _allocatedBytes;

    public IndexFile(IStoreFileSystem files, string path, int slots, int capacity)
    {
        _slots = slots;
        _capacity = capacity;
        _file = files.Map(path, SizeBytes(slots, capacity), preallocate: false);
        _count = Math.Clamp(Int32At(36), 1, capacity);
    }

    public string Path => _file.Path;

    /// <summary>The number that the next entry gets; one entry fewer is stored.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool IsFull => _count >= _capacity;

    public long BeginTimestamp => Int64At(0);

    public long EndTimestamp => Int64At(8);

    public long EndPhysicalOffset => Int64At(24);

    /// <summary>Bytes that a file of so many slots and entries takes.</summary>
    public static int SizeBytes(int slots, int capacity) =>
        checked(HeaderBytes + (slots * SlotBytes) + (capacity * EntryBytes));

    /// <summary>Adds an entry; the caller has checked <see cref="IsFull"/>.</summary>
    /// <exception cref="StoreIOException">The disk is full.</exception>
    public void Put(int keyHash, long physicalOffset, long storeTimestamp)
    {
        int number = _count;
        int entryAt = EntryAt(number);
        Reserve(entryAt + EntryBytes);
        Span<byte> bytes = _file.Memory.Span;
        if (number == 1)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, storeTimestamp);
            BinaryPrimitives.WriteInt64BigEndian(bytes[16..], physicalOffset);
            BinaryPrimitives.WriteInt32BigEndian(bytes[32..], _slots);
        }

        Span<byte> slot = SlotOf(bytes, keyHash);
        Span<byte> entry = bytes.Slice(entryAt, EntryBytes);
        BinaryPrimitives.WriteInt32BigEndian(entry, keyHash);
        BinaryPrimitives.WriteInt64BigEndian(entry[4..], physicalOffset);
        BinaryPrimitives.WriteInt32BigEndian(entry[12..], SecondsSinceBegin(storeTimestamp));
        BinaryPrimitives.WriteInt32BigEndian(entry[16..], Linked(BinaryPrimitives.ReadInt32BigEndian(slot), number));
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], storeTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(bytes[24..], physicalOffset);

        // The count first: a reader that finds the number in the slot must find it below the count.
        Volatile.Write(ref _count, number + 1);
        int stored = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(number) : number;
        Volatile.Write(ref MemoryMarshal.AsRef<int>(slot), stored);
    }

    /// <summary>
    /// Adds positions whose key has this hash, newest first, until there are <paramref name="maxCount"/>.
    /// </summary>
    public void Find(int keyHash, long beginTimestamp, long endTimestamp, int maxCount, List<long> found)
    {
        ReadOnlySpan<byte> bytes = _file.Memory.Span;
        int number = BinaryPrimitives.ReadInt32BigEndian(SlotOf(bytes, keyHash));
        Interlocked.MemoryBarrier();
        int count = Count;

        // Older entries have smaller numbers; anything else is damage and ends the chain.
        for (int limit = count;
            number > 0 && number < limit && found.Count < maxCount;
            limit = number, number = Older(bytes, number))
        {
            ReadOnlySpan<byte> entry = bytes.Slice(EntryAt(number), EntryBytes);
            long storedAt = BeginTimestamp + (BinaryPrimitives.ReadInt32BigEndian(entry[12..]) * 1000L);
            bool isInTime = storedAt + 1000 > beginTimestamp && storedAt <= endTimestamp;
            if (BinaryPrimitives.ReadInt32BigEndian(entry) == keyHash && isInTime)
                found.Add(BinaryPrimitives.ReadInt64BigEndian(entry[4..]));
        }
    }

    /// <summary>Writes the header's count and flushes the file.</summary>
    public void Flush(int count)
    {
        BinaryPrimitives.WriteInt32BigEndian(_file.Memory.Span[36..], count);
        _file.Flush();
    }

    /// <summary>
    /// After a crash: keeps the first entries, which are known to be on disk, and makes the slots and chains anew from
    /// them, since any of those may be older or newer on disk.
    /// </summary>
    public void RebuildFrom(int count)
    {
        Span<byte> bytes = _file.Memory.Span;
        _count = Math.Clamp(count, 1, _capacity);
        bytes.Slice(HeaderBytes, _slots * SlotBytes).Clear();
        for (int number = 1; number < _count; number++)
        {
            Span<byte> entry = bytes.Slice(EntryAt(number), EntryBytes);
            Span<byte> slot = SlotOf(bytes, BinaryPrimitives.ReadInt32BigEndian(entry));
            BinaryPrimitives.WriteInt32BigEndian(entry[16..], BinaryPrimitives.ReadInt32BigEndian(slot));
            BinaryPrimitives.WriteInt32BigEndian(slot, number);
        }

        long lastPhysicalOffset = _count > 1
            ? BinaryPrimitives.ReadInt64BigEndian(bytes[(EntryAt(_count - 1) + 4)..])
            : 0;
        BinaryPrimitives.WriteInt64BigEndian(bytes[24..], lastPhysicalOffset);
        BinaryPrimitives.WriteInt32BigEndian(bytes[36..], _count);
    }

    public void Dispose() => _file.Dispose();

    private static int Linked(int slotValue, int number) => slotValue > 0 && slotValue < number ? slotValue : 0;

    private int SecondsSinceBegin(long storeTimestamp) =>
        (int)Math.Clamp((storeTimestamp - BeginTimestamp) / 1000, 0, int.MaxValue);

    private int EntryAt(int number) => HeaderBytes + (_slots * SlotBytes) + (number * EntryBytes);

    private int Older(ReadOnlySpan<byte> bytes, int number) =>
        BinaryPrimitives.ReadInt32BigEndian(bytes[(EntryAt(number) + 16)..]);

    private Span<byte> SlotOf(Span<byte> bytes, int keyHash) =>
        bytes.Slice(HeaderBytes + (int)((uint)keyHash % (uint)_slots * SlotBytes), SlotBytes);

    private ReadOnlySpan<byte> SlotOf(ReadOnlySpan<byte> bytes, int keyHash) =>
        bytes.Slice(HeaderBytes + (int)((uint)keyHash % (uint)_slots * SlotBytes), SlotBytes);

    /// <summary>
    /// Reserves the slots at once and the entries piece by piece, so that a full disk is an error, not a crash.
    /// </summary>
    private void Reserve(int neededBytes)
    {
        if (neededBytes <= _allocatedBytes)
            return;

        int end = (int)Math.Min((long)neededBytes + AllocationBytes, _file.Memory.Length);
        int from = _allocatedBytes == 0 ? 0 : _allocatedBytes;
        try
        {
            _file.Allocate(from, end - from);
        }
        catch (StoreIOException cause) when (cause.IsDiskFull && end > neededBytes)
        {
            end = neededBytes;
            _file.Allocate(from, end - from);
        }

        _allocatedBytes = end;
    }

    private int Int32At(int at) => BinaryPrimitives.ReadInt32BigEndian(_file.Memory.Span[at..]);

    private long Int64At(int at) => BinaryPrimitives.ReadInt64BigEndian(_file.Memory.Span[at..]);
}
