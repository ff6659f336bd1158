using System.Globalization;
using OrleansMq.Messages.Records;
using OrleansMq.Storage.Dispatching;
using OrleansMq.Storage.Files;
using OrleansMq.Storage.Recovery;

namespace OrleansMq.Storage.Indexes;

/// <summary>Finds messages by key: index files in the order of time, of which the dispatcher fills the last.</summary>
public sealed class MessageIndex : IDispatchTarget
{
    /// <summary>
    /// Flushing costs the slots touched since the last time, up to all of them: not worth doing each second.
    /// </summary>
    private const long DurableEveryBytes = 256 * 1024 * 1024;
    private const long DurableEveryMilliseconds = 10_000;

    private readonly IStoreFileSystem _files;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;
    private readonly string _directory;
    private readonly Lock _lock = new();

    private List<string> _fullFiles = [];
    private IndexFile? _current;
    private long _durableUntil;
    private long _durableAtMilliseconds;
    private int _putKeys;

    internal MessageIndex(
        IStoreFileSystem files, StoreOptions options, TimeProvider time, string directory)
    {
        _files = files;
        _options = options;
        _time = time;
        _directory = directory;
    }

    /// <inheritdoc/>
    public long DurableUntil => Volatile.Read(ref _durableUntil);

    /// <summary>When the newest message in the index was stored, Unix milliseconds; 0 without one.</summary>
    public long LastTimestamp
    {
        get
        {
            lock (_lock)
                return _current?.EndTimestamp ?? 0;
        }
    }

    /// <summary>The file being filled and how many entries of it are durable, for the checkpoint.</summary>
    internal IndexMark DurableMark { get; private set; } = IndexMark.None;

    /// <inheritdoc/>
    public void Dispatch(in DispatchedRecord record)
    {
        if (record.PhysicalOffset < _durableUntil
            || (record.Record.SystemFlags & SystemFlags.TransactionRollback) == SystemFlags.TransactionRollback)
            return;

        // A record that there was no space for comes once more, and some of its keys may be in already.
        int number = 0;
        if (!record.UniqueKey.IsEmpty)
            Put(record, record.UniqueKey, number++);
        foreach (Range part in record.Keys.Split((byte)' '))
        {
            ReadOnlySpan<byte> key = record.Keys[part];
            if (!key.IsEmpty)
                Put(record, key, number++);
        }

        _putKeys = 0;
    }

    /// <inheritdoc/>
    public Action? PrepareDurable(long dispatchedUntil)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        bool isDue = dispatchedUntil - _durableUntil >= DurableEveryBytes
            || now - _durableAtMilliseconds >= DurableEveryMilliseconds;
        return isDue && dispatchedUntil > _durableUntil ? DurableWork(dispatchedUntil, now) : null;
    }

    /// <summary>
    /// Positions of messages with a key, newest first. Keys with the same hash are found too: compare the record's own.
    /// </summary>
    /// <param name="topic">The topic in UTF-8.</param>
    /// <param name="key">A key or a producer's identifier in UTF-8.</param>
    /// <param name="beginTimestamp">Stored at or after this Unix time in milliseconds, to the second.</param>
    /// <param name="endTimestamp">Stored at or before this one, to the second.</param>
    /// <param name="maxCount">The most to return.</param>
    public IReadOnlyList<long> Find(
        ReadOnlySpan<byte> topic, ReadOnlySpan<byte> key, long beginTimestamp, long endTimestamp, int maxCount)
    {
        int hash = IndexKey.HashOf(topic, key);
        var found = new List<long>();
        lock (_lock)
        {
            _current?.Find(hash, beginTimestamp, endTimestamp, maxCount, found);
            for (int index = _fullFiles.Count - 1; index >= 0 && found.Count < maxCount; index--)
            {
                using IndexFile file = Open(_fullFiles[index]);
                if (file.BeginTimestamp <= endTimestamp && file.EndTimestamp >= beginTimestamp)
                    file.Find(hash, beginTimestamp, endTimestamp, maxCount, found);
            }
        }

        return found;
    }

    /// <summary>
    /// Opens the files. After an unclean stop the one named by the checkpoint keeps its durable entries, newer ones go.
    /// </summary>
    /// <param name="mark">What the checkpoint says is durable; null to start over with no index.</param>
    /// <param name="durableUntil">The position in the log up to which that holds.</param>
    /// <param name="isClean">Whether the store was closed.</param>
    /// <exception cref="StoreCorruptException">The files were made with other sizes.</exception>
    internal void Recover(IndexMark? mark, long durableUntil, bool isClean)
    {
        _files.CreateDirectory(_directory, isDurable: true);
        List<string> names = [.. _files.ListFiles(_directory).Where(IsIndexName)];
        if (mark is null || (mark != IndexMark.None && !names.Contains(mark.FileName)))
        {
            // Not even the file of the checkpoint is there: all of it is made again from the log.
            mark = IndexMark.None;
            durableUntil = 0;
        }

        foreach (string name in names.Where(name => string.CompareOrdinal(name, mark.FileName) > 0))
            _files.Delete(PathOf(name));
        _files.SyncDirectory(_directory);

        names.RemoveAll(name => string.CompareOrdinal(name, mark.FileName) > 0);
        foreach (string name in names)
            CheckSize(name);
        _fullFiles = [.. names.Where(name => name != mark.FileName)];
        if (mark != IndexMark.None)
        {
            _current = Open(mark.FileName);
            if (!isClean || _current.Count != mark.Count)
                _current.RebuildFrom(mark.Count);
        }

        _durableUntil = durableUntil;
        DurableMark = mark;
    }

    /// <summary>Makes all entries durable, for a clean stop.</summary>
    internal void MakeDurable(long dispatchedUntil) => DurableWork(dispatchedUntil, 0)();

    /// <summary>Deletes the full files all of whose messages are gone from the log.</summary>
    internal void DeleteBelow(long logMinOffset)
    {
        lock (_lock)
        {
            while (_fullFiles.Count > 0)
            {
                using (IndexFile oldest = Open(_fullFiles[0]))
                {
                    if (oldest.EndPhysicalOffset >= logMinOffset)
                        return;
                }

                _files.Delete(PathOf(_fullFiles[0]));
                _fullFiles.RemoveAt(0);
            }
        }
    }

    internal void Close() => _current?.Dispose();

    private static bool IsIndexName(string name) => name.Length == 17 && name.All(char.IsAsciiDigit);

    private void CheckSize(string name)
    {
        long length = _files.GetLength(PathOf(name));
        int configured = IndexFile.SizeBytes(_options.IndexFileSlots, _options.IndexFileEntries);
        if (length != configured)
        {
            throw new StoreCorruptException(
                $"The index file '{PathOf(name)}' has {length} bytes, but files of {configured} bytes are configured. "
                + $"Set {StoreOptions.Section}:{nameof(StoreOptions.IndexFileSlots)} and "
                + $"{nameof(StoreOptions.IndexFileEntries)} to what it was made with, or delete "
                + $"'{_directory}' to have the index made again.");
        }
    }

    private void Put(in DispatchedRecord record, ReadOnlySpan<byte> key, int number)
    {
        if (number < _putKeys)
            return;
        if (_current is null || _current.IsFull)
            Roll(record.StoreTimestamp);
        _current!.Put(IndexKey.HashOf(record.Record.Topic, key), record.PhysicalOffset, record.StoreTimestamp);
        _putKeys = number + 1;
    }

    private void Roll(long timestamp)
    {
        lock (_lock)
        {
            IndexFile? full = _current;
            full?.Flush(full.Count);
            string last = full is not null ? Path.GetFileName(full.Path) : _fullFiles.LastOrDefault("");
            string name = NameOf(timestamp);
            while (string.CompareOrdinal(name, last) <= 0)
                name = NameOf(++timestamp);
            IndexFile next = Open(name);
            _files.SyncDirectory(_directory);

            _current = next;
            if (full is not null)
            {
                _fullFiles.Add(last);
                full.Dispose();
            }
        }
    }

    private Action DurableWork(long dispatchedUntil, long nowMilliseconds)
    {
        IndexFile? file = _current;
        int count = file?.Count ?? 0;
        return () =>
        {
            lock (_lock)
            {
                // A file that filled up meanwhile was flushed as it was closed.
                if (file is not null && ReferenceEquals(file, _current))
                    file.Flush(count);
                DurableMark = file is null ? IndexMark.None : new IndexMark(Path.GetFileName(file.Path), count);
            }

            _durableAtMilliseconds = nowMilliseconds;
            Volatile.Write(ref _durableUntil, dispatchedUntil);
        };
    }

    private static string NameOf(long timestamp) => DateTimeOffset.FromUnixTimeMilliseconds(timestamp)
        .ToString("yyyyMMddHHmmssfff", CultureInfo.InvariantCulture);

    private IndexFile Open(string name) =>
        new(_files, PathOf(name), _options.IndexFileSlots, _options.IndexFileEntries);

    private string PathOf(string name) => Path.Combine(_directory, name);
}

/// <summary>How much of which index file is durable.</summary>
/// <param name="FileName">The file's name, 17 digits.</param>
/// <param name="Count">The number of the next entry.</param>
internal sealed record IndexMark(string FileName, int Count)
{
    /// <summary>There is no index file yet.</summary>
    public static IndexMark None { get; } = new("", 0);
}
