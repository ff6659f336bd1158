using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>
/// Touches free memory once and frees it again. A virtual machine gets a page from its host at the first touch, which
/// takes many microseconds; without this, the first run of a series would pay for the memory of all.
/// </summary>
internal static class MemoryTouch
{
    private const int BlockBytes = 1024 * 1024;
    private const string Folder = "/dev/shm";

    /// <summary>Touches a share of the memory that is available.</summary>
    /// <returns>How many bytes; 0 where there is no shared-memory file system.</returns>
    public static long Run(double share)
    {
        if (!Directory.Exists(Folder))
            return 0;
        long bytes = Math.Min((long)(Available() * share), new DriveInfo(Folder).AvailableFreeSpace * 9 / 10);
        string path = Path.Combine(Folder, $"omq-bench-{Environment.ProcessId}");
        byte[] block = new byte[BlockBytes];
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            for (long at = 0; at < bytes; at += BlockBytes)
                RandomAccess.Write(file, block, at);
            return bytes;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static long Available()
    {
        string line = File.ReadLines("/proc/meminfo")
            .First(text => text.StartsWith("MemAvailable:", StringComparison.Ordinal));
        string kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
    }
}
