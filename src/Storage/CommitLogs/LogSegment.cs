using System.Globalization;
using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.CommitLogs;

/// <summary>
/// One file of the commit log. Counted references keep its mapping alive while somebody reads; once retired, the last
/// one out closes it.
/// </summary>
internal sealed class LogSegment(long start, IStoreFile file, bool isReserved)
{
    private const int NameDigits = 20;

    private int _references = 1;

    /// <summary>The physical offset of the file's first byte.</summary>
    public long Start { get; } = start;

    public IStoreFile File { get; } = file;

    public int Length { get; } = file.Memory.Length;

    public long End => Start + Length;

    public Span<byte> Span => File.Memory.Span;

    /// <summary>
    /// Whether all its blocks are reserved. If not it can only be read: a write that finds no block ends the process.
    /// </summary>
    public bool IsReserved { get; } = isReserved;

    /// <summary>Whether it is retired and nobody reads it any more.</summary>
    public bool IsClosed => Volatile.Read(ref _references) == 0;

    public static string NameOf(long start) => start.ToString("D20", CultureInfo.InvariantCulture);

    public static bool TryParseName(string name, out long start) =>
        long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out start) && name.Length == NameDigits;

    /// <summary>Makes what lies in the file of a range of the log durable.</summary>
    /// <exception cref="StoreIOException">The disk refused.</exception>
    public void Flush(long from, long until)
    {
        long first = Math.Max(from, Start);
        long last = Math.Min(until, End);
        if (first < last)
            File.Flush((int)(first - Start), (int)(last - first));
    }

    /// <summary>Takes a reference; false once the segment is retired and closed.</summary>
    public bool TryAcquire()
    {
        while (true)
        {
            int references = Volatile.Read(ref _references);
            if (references == 0)
                return false;
            if (Interlocked.CompareExchange(ref _references, references + 1, references) == references)
                return true;
        }
    }

    /// <summary>
    /// Gives a reference back. The log itself holds the first one and gives it back to retire the segment.
    /// </summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
            File.Dispose();
    }
}
