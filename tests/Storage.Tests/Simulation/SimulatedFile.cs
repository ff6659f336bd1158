namespace OrleansMq.Storage.Tests.Simulation;

/// <summary>
/// The bytes of one file in three versions: what programs see, what the kernel takes for written, and what is on disk.
/// </summary>
internal sealed class SimulatedFile
{
    public const int PageBytes = 4096;
    public const int SectorBytes = 512;

    /// <summary>Pages that the kernel must write even if they look clean.</summary>
    private readonly HashSet<int> _touched = [];

    /// <summary>Pages that have a block on the disk. Writing to another one may end the process.</summary>
    private readonly HashSet<int> _allocated = [];

    private byte[] _seen = [];
    private byte[] _clean = [];
    private byte[] _disk = [];
    private int _diskLength;

    public int Length { get; private set; }

    /// <summary>How many mappings of the file are open.</summary>
    public int Mappings { get; set; }

    public ReadOnlySpan<byte> Content => _seen.AsSpan(0, Length);

    public long AllocatedBytes => (long)_allocated.Count * PageBytes;

    public Memory<byte> Map(int length)
    {
        Extend(length);
        return _seen.AsMemory(0, length);
    }

    public void Write(ReadOnlySpan<byte> content)
    {
        Length = 0;
        Extend(content.Length);
        content.CopyTo(_seen);
        _seen.AsSpan(content.Length).Clear();
        Allocate(0, content.Length);
    }

    /// <summary>Bytes of a range that have no block yet.</summary>
    public long Unallocated(int offset, int length) =>
        (long)PagesOf(offset, length).Count(page => !_allocated.Contains(page)) * PageBytes;

    public void Allocate(int offset, int length) => _allocated.UnionWith(PagesOf(offset, length));

    public void Truncate(int length)
    {
        if (length >= Length)
            return;

        Assert.Equal(0, Mappings);
        _seen.AsSpan(length).Clear();
        Shrink(length);
    }

    /// <summary>Makes the next flush write these pages whether they have changed or not.</summary>
    public void Touch(int offset, int length)
    {
        foreach (int page in PagesOf(offset, length))
        {
            Assert.True(_allocated.Contains(page), "a page without a block was touched");
            _touched.Add(page);
        }
    }

    public void Flush(int offset, int length)
    {
        foreach (int page in DirtyPages(offset, length))
            WriteBack(page);
        _diskLength = Length;
    }

    /// <summary>A flush that fails: some dirty pages are written, the others not; those may look clean from now on.</summary>
    public void FailFlush(Random random, bool looksClean, int offset, int length)
    {
        foreach (int page in DirtyPages(offset, length))
        {
            if (random.Next(2) == 0)
            {
                WriteBack(page);
            }
            else if (looksClean)
            {
                PageOf(_seen, page).CopyTo(PageOf(_clean, page));
                _touched.Remove(page);
            }
        }
    }

    /// <summary>The kernel writes some pages when it likes.</summary>
    public void WriteBackSome(Random random)
    {
        foreach (int page in DirtyPages())
        {
            if (random.Next(3) == 0)
                WriteBack(page);
        }
    }

    /// <summary>The power fails: each dirty page is on disk, or not, or in part.</summary>
    public void Crash(Random random)
    {
        // In some runs all pages share a fate: real caches often hold everything back, or nothing.
        int common = random.Next(8);
        foreach (int page in DirtyPages())
        {
            int fate = common < 2 ? common : random.Next(3);
            if (fate == 0)
                WriteBack(page);
            else if (fate == 2)
                Tear(page, random);
        }

        if (_diskLength != Length && random.Next(2) == 0)
            _diskLength = Length;
        _disk.AsSpan(_diskLength).Clear();
        _disk.CopyTo(_seen, 0);
        _disk.CopyTo(_clean, 0);
        _touched.Clear();
        Shrink(_diskLength);
        Mappings = 0;
    }

    /// <summary>The process dies: its mappings end, what it wrote stays.</summary>
    public void Kill() => Mappings = 0;

    public SimulatedFile Clone()
    {
        var clone = new SimulatedFile
        {
            _seen = [.. _seen],
            _clean = [.. _clean],
            _disk = [.. _disk],
            _diskLength = _diskLength,
            Length = Length,
        };
        clone._touched.UnionWith(_touched);
        clone._allocated.UnionWith(_allocated);
        return clone;
    }

    private static Span<byte> PageOf(byte[] bytes, int page) => bytes.AsSpan(page * PageBytes, PageBytes);

    private static IEnumerable<int> PagesOf(int offset, int length)
    {
        for (int page = offset / PageBytes; page * PageBytes < offset + length; page++)
            yield return page;
    }

    private void Shrink(int length)
    {
        Length = length;
        _allocated.RemoveWhere(page => page * PageBytes >= length);
    }

    private void Extend(int length)
    {
        int capacity = (length + PageBytes - 1) / PageBytes * PageBytes;
        if (capacity > _seen.Length)
        {
            Assert.Equal(0, Mappings);
            Array.Resize(ref _seen, capacity);
            Array.Resize(ref _clean, capacity);
            Array.Resize(ref _disk, capacity);
        }

        Length = Math.Max(Length, length);
    }

    private List<int> DirtyPages() => DirtyPages(0, _seen.Length);

    private List<int> DirtyPages(int offset, int length)
    {
        var dirty = new List<int>();
        foreach (int page in PagesOf(offset, length))
        {
            if (!_touched.Contains(page) && PageOf(_seen, page).SequenceEqual(PageOf(_clean, page)))
                continue;

            // A page that was cut off is a hole, and reads as zeros.
            Assert.True(
                _allocated.Contains(page) || !PageOf(_seen, page).ContainsAnyExcept((byte)0),
                "a page without a block was written");
            dirty.Add(page);
        }

        return dirty;
    }

    private void WriteBack(int page)
    {
        PageOf(_seen, page).CopyTo(PageOf(_disk, page));
        PageOf(_seen, page).CopyTo(PageOf(_clean, page));
        _touched.Remove(page);
    }

    private void Tear(int page, Random random)
    {
        for (int sector = 0; sector < PageBytes / SectorBytes; sector++)
        {
            if (random.Next(2) == 0)
            {
                int at = sector * SectorBytes;
                PageOf(_seen, page).Slice(at, SectorBytes).CopyTo(PageOf(_disk, page)[at..]);
            }
        }
    }
}
