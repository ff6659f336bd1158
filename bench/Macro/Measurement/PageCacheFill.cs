using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>
/// Fills the page cache with pages of files that hold nothing, as that of a machine which has run for a while is full.
/// A virtual machine gets a page from its host at the first touch, which takes many microseconds, and hands free pages
/// back within seconds: without this, every append would be charged with memory that has nothing to do with the broker.
/// The kernel takes clean pages back at no such price.
/// </summary>
internal sealed class PageCacheFill(string directory) : IDisposable
{
    private const int BlockBytes = 4 * 1024 * 1024;
    private const long WorthwhileBytes = 512L * 1024 * 1024;

    private readonly List<string> _files = [];

    /// <summary>Reads until no more than a share of the machine's memory is free.</summary>
    /// <returns>How many bytes were read; 0 when so much was in use already.</returns>
    public long Run(double usedShare)
    {
        long bytes = Amount("MemFree:") - (long)(Amount("MemTotal:") * (1 - usedShare));
        if (bytes < WorthwhileBytes)
            return 0;

        // A new file each time: what an earlier one still has in the cache stays there.
        string path = Path.Combine(directory, $"page-cache-{_files.Count}");
        _files.Add(path);
        byte[] block = new byte[BlockBytes];
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);
        RandomAccess.SetLength(file, bytes);
        for (long at = 0; at < bytes; at += BlockBytes)
            _ = RandomAccess.Read(file, block, at);
        return bytes;
    }

    /// <summary>Deletes the files.</summary>
    public void Dispose() => _files.ForEach(File.Delete);

    private static long Amount(string name)
    {
        string line = File.ReadLines("/proc/meminfo").First(text => text.StartsWith(name, StringComparison.Ordinal));
        string kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }
}
