using OrleansMq.Storage.Files;

namespace OrleansMq.Storage.Tests.Simulation;

/// <summary>
/// Files in memory that lose what a power cut may take: bytes that were not flushed, page by page, and names that were
/// not synced, one by one. Operations are counted; one of them can be made to crash or to fail.
/// </summary>
/// <remarks>
/// Every operation has two points to crash at, one before and one behind it. After a crash nothing works until
/// <see cref="Restart"/>.
/// </remarks>
internal sealed class SimulatedFileSystem(Random random) : IStoreFileSystem
{
    private readonly Dictionary<string, SimulatedFile> _names = [];
    private readonly HashSet<string> _directories = ["/"];
    private readonly HashSet<string> _locks = [];
    private readonly List<NameChange> _unsynced = [];
    private readonly HashSet<string> _unsyncedDirectories = [];
    private Dictionary<string, SimulatedFile> _namesOnDisk = [];

    /// <summary>Crash points passed since the start.</summary>
    public int Points { get; private set; }

    /// <summary>The crash point to crash at.</summary>
    public int CrashAt { get; set; } = int.MaxValue;

    /// <summary>The crash point at which the next operation fails.</summary>
    public int FailAt { get; set; } = int.MaxValue;

    public bool HasFailed { get; private set; }

    public bool IsCrashed { get; private set; }

    public DiskSpace Space { get; set; } = new(1000, 900);

    /// <summary>What all files together may take on the disk.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Whether somebody else takes at once what a file gives back to a full disk.</summary>
    public bool HasGreedyNeighbour { get; set; }

    /// <summary>What they take now.</summary>
    public long Used => _names.Values.Distinct().Sum(file => file.AllocatedBytes);

    public bool IsFull => Used >= Capacity;

    /// <summary>The operations so far, for a failure's report.</summary>
    public List<string> Trace { get; } = [];

    public IEnumerable<(string Path, SimulatedFile File)> Files =>
        _names.OrderBy(name => name.Key, StringComparer.Ordinal).Select(name => (name.Key, name.Value));

    /// <summary>What a machine (power cut) or the next process (kill) finds after a crash.</summary>
    public void Restart(bool isPowerCut)
    {
        if (isPowerCut)
            LoseNames();
        foreach (SimulatedFile file in Files.Select(named => named.File).Distinct())
        {
            if (isPowerCut)
                file.Crash(random);
            else
                file.Kill();
        }

        _locks.Clear();
        IsCrashed = false;
        HasFailed = false;
        CrashAt = int.MaxValue;
        FailAt = int.MaxValue;
        Points = 0;
        Trace.Add(isPowerCut ? "--- power cut" : "--- kill");
    }

    /// <summary>The kernel writes some pages when it likes.</summary>
    public void WriteBackSome()
    {
        foreach ((_, SimulatedFile file) in Files)
            file.WriteBackSome(random);
    }

    /// <summary>A copy that goes its own way.</summary>
    public SimulatedFileSystem Clone(Random cloneRandom)
    {
        var clone = new SimulatedFileSystem(cloneRandom) { Space = Space, Capacity = Capacity };
        Dictionary<SimulatedFile, SimulatedFile> files = _names.Values.Concat(_namesOnDisk.Values)
            .Concat(_unsynced.Select(change => change.File).OfType<SimulatedFile>())
            .Distinct().ToDictionary(file => file, file => file.Clone());
        foreach ((string path, SimulatedFile file) in _names)
            clone._names[path] = files[file];
        clone._namesOnDisk = _namesOnDisk.ToDictionary(name => name.Key, name => files[name.Value]);
        clone._unsynced.AddRange(
            _unsynced.Select(change => change with { File = change.File is null ? null : files[change.File] }));
        clone._directories.UnionWith(_directories);
        clone._unsyncedDirectories.UnionWith(_unsyncedDirectories);
        return clone;
    }

    public void CreateDirectory(string path, bool isDurable) => Run($"mkdir {path}", () =>
    {
        if (IsFull && !_directories.Contains(path))
            throw NoSpaceFor(path);
        List<string> added = AddDirectory(path);
        if (!isDurable)
            _unsyncedDirectories.UnionWith(added);
    });

    public bool FileExists(string path) => _names.ContainsKey(path);

    public IReadOnlyList<string> ListFiles(string directory) => Children(directory, _names.Keys);

    public IReadOnlyList<string> ListDirectories(string directory) => Children(directory, _directories);

    public IStoreFile Map(string path, int length, bool preallocate) => Run($"map {path}", () =>
    {
        if (!_names.TryGetValue(path, out SimulatedFile? file))
        {
            RequireDirectory(path);
            file = new SimulatedFile();
            if (preallocate)
                Reserve(path, file, 0, length);
            _names[path] = file;
            _unsynced.Add(new NameChange(path, file, null));
        }
        else if (preallocate)
        {
            Reserve(path, file, 0, length);
        }

        return new SimulatedMapping(this, path, file, length);
    });

    public long GetLength(string path) => Find(path).Length;

    public byte[]? TryReadAll(string path) =>
        _names.TryGetValue(path, out SimulatedFile? file) ? file.Content.ToArray() : null;

    public void WriteAll(string path, ReadOnlySpan<byte> content)
    {
        byte[] copy = content.ToArray();
        Run($"write {path}", () =>
        {
            RequireDirectory(path);
            var file = new SimulatedFile();
            if (copy.Length > 0 && file.Unallocated(0, copy.Length) > Capacity - Used)
            {
                _names[path] = file;
                _unsynced.Add(new NameChange(path, file, null));
                throw NoSpaceFor(path);
            }

            file.Write(copy);
            file.Flush(0, copy.Length);
            _names[path] = file;
            _unsynced.Add(new NameChange(path, file, null));
        });
    }

    public void Rename(string from, string to) => Run($"rename {from} to {to}", () =>
    {
        SimulatedFile file = Find(from);
        _names.Remove(from);
        _names[to] = file;
        _unsynced.Add(new NameChange(to, file, from));
    });

    public void Delete(string path) => Run($"delete {path}", () => GivingBack(() => Remove(path)));

    public void DeleteDirectory(string path) => Run($"delete directory {path}", () =>
    {
        foreach (string name in _names.Keys.Where(name => IsBelow(name, path)).Order(StringComparer.Ordinal).ToList())
            Remove(name);
        RemoveDirectory(path);
    });

    public void Truncate(string path, long length) =>
        Run($"truncate {path} to {length}", () => GivingBack(() => Find(path).Truncate((int)length)));

    public void SyncDirectory(string path) => Run($"sync {path}", () =>
    {
        foreach (NameChange change in _unsynced.Where(change => Path.GetDirectoryName(change.Path) == path).ToList())
        {
            change.ApplyTo(_namesOnDisk);
            _unsynced.Remove(change);
        }

        _unsyncedDirectories.RemoveWhere(directory => Path.GetDirectoryName(directory) == path);
    });

    public void Flush(IReadOnlyCollection<string> paths, IReadOnlyCollection<string> directories)
    {
        foreach (string path in paths)
        {
            if (_names.TryGetValue(path, out SimulatedFile? file))
                Flush(path, file, 0, file.Length);
        }

        foreach (string path in directories.Where(_directories.Contains).Order(StringComparer.Ordinal))
            SyncDirectory(path);
    }

    public IDisposable? TryLock(string path)
    {
        ThrowIfCrashed();
        return _locks.Add(path) ? new Lock(this, path) : null;
    }

    public DiskSpace GetDiskSpace(string path) => Space;

    /// <summary>From now on nothing works until <see cref="Restart"/>.</summary>
    public void CrashNow() => IsCrashed = true;

    internal void Flush(string path, SimulatedFile file, int offset, int length)
    {
        // Only the log's pages can look clean: the indexes write the same bytes once more as they recover, which makes a
        // page dirty in truth but cannot be seen by comparing.
        bool looksClean = path.Contains("/commitlog/", StringComparison.Ordinal);
        Begin($"flush {path}", () => file.FailFlush(random, looksClean, offset, length));
        file.Flush(offset, length);
        Pass();
    }

    internal void Allocate(string path, SimulatedFile file, int offset, int length)
    {
        ThrowIfCrashed();
        Reserve(path, file, offset, length);
    }

    private void Reserve(string path, SimulatedFile file, int offset, int length)
    {
        if (file.Unallocated(offset, length) is > 0 and var needed && needed > Capacity - Used)
            throw NoSpaceFor(path);
        file.Allocate(offset, length);
    }

    private void GivingBack(Action act)
    {
        long before = Used;
        act();
        if (HasGreedyNeighbour && Capacity != long.MaxValue)
            Capacity -= Math.Max(0, before - Used);
    }

    private StoreIOException NoSpaceFor(string path)
    {
        Trace.Add($"no space for {path}");
        return new StoreIOException($"There is no space for '{path}'.") { IsDiskFull = true };
    }

    private static bool IsBelow(string name, string directory) => name.StartsWith(directory + "/", StringComparison.Ordinal);

    private void Run(string operation, Action act) => Run(operation, () =>
    {
        act();
        return true;
    });

    private T Run<T>(string operation, Func<T> act)
    {
        Begin(operation, static () => { });
        T result = act();
        Pass();
        return result;
    }

    private void Begin(string operation, Action fail)
    {
        ThrowIfCrashed();
        if (Trace.Count == 0 || !operation.StartsWith("map", StringComparison.Ordinal) || !FileExists(operation[4..]))
            Trace.Add($"{Points} {operation}");
        if (Points >= FailAt && !HasFailed)
        {
            HasFailed = true;
            fail();
            Trace.Add("failed");
            throw new StoreIOException($"Simulated failure of '{operation}'.");
        }

        Pass();
    }

    private void Pass()
    {
        if (Points++ < CrashAt)
            return;

        IsCrashed = true;
        throw new SimulatedCrashException();
    }

    private void ThrowIfCrashed()
    {
        if (IsCrashed)
            throw new SimulatedCrashException();
    }

    /// <summary>Any of the changes since the last sync may have reached the disk.</summary>
    private void LoseNames()
    {
        int common = random.Next(4);
        foreach (NameChange change in _unsynced)
        {
            if (common == 0 || (common > 1 && random.Next(2) == 0))
                change.ApplyTo(_namesOnDisk);
        }

        foreach (string directory in _unsyncedDirectories.Order(StringComparer.Ordinal).ToList())
        {
            if (common == 1 || (common > 1 && random.Next(2) == 0))
                LoseDirectory(directory);
        }

        _unsynced.Clear();
        _unsyncedDirectories.Clear();
        _names.Clear();
        foreach ((string path, SimulatedFile file) in _namesOnDisk)
        {
            _names[path] = file;
            AddDirectory(Path.GetDirectoryName(path));
        }
    }

    private void LoseDirectory(string path)
    {
        RemoveDirectory(path);
        foreach (string name in _namesOnDisk.Keys.Where(name => IsBelow(name, path)).ToList())
            _namesOnDisk.Remove(name);
    }

    private void RemoveDirectory(string path)
    {
        _directories.RemoveWhere(name => name == path || IsBelow(name, path));
        _unsyncedDirectories.RemoveWhere(name => !_directories.Contains(name));
    }

    private List<string> AddDirectory(string? path)
    {
        var added = new List<string>();
        for (string? directory = path; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (_directories.Add(directory))
                added.Add(directory);
        }

        return added;
    }

    private void Remove(string path)
    {
        if (_names.Remove(path))
            _unsynced.Add(new NameChange(path, null, null));
    }

    private SimulatedFile Find(string path) => _names.TryGetValue(path, out SimulatedFile? file)
        ? file
        : throw new StoreIOException($"There is no '{path}'.");

    private void RequireDirectory(string path)
    {
        if (!_directories.Contains(Path.GetDirectoryName(path)!))
            throw new StoreIOException($"There is no directory for '{path}'.");
    }

    private List<string> Children(string directory, IEnumerable<string> paths)
    {
        ThrowIfCrashed();
        return
        [
            .. paths.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal),
        ];
    }

    private sealed record NameChange(string Path, SimulatedFile? File, string? From)
    {
        public void ApplyTo(Dictionary<string, SimulatedFile> names)
        {
            if (From is not null)
                names.Remove(From);
            if (File is null)
                names.Remove(Path);
            else
                names[Path] = File;
        }
    }

    private sealed class Lock(SimulatedFileSystem files, string path) : IDisposable
    {
        public void Dispose() => files._locks.Remove(path);
    }
}
