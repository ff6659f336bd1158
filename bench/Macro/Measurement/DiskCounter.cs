using System.Globalization;

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>Reads the kernel's count of flush requests that a disk has completed.</summary>
internal sealed class DiskCounter
{
    /// <summary>Of the columns of /proc/diskstats, counted from 0; since Linux 5.5.</summary>
    private const int FlushesAt = 18;

    private const int NameAt = 2;

    private readonly string _device;

    private DiskCounter(string device) => _device = device;

    /// <summary>Flushes so far, those of other programs among them.</summary>
    public long Flushes => long.Parse(Row(_device)![FlushesAt], CultureInfo.InvariantCulture);

    /// <summary>The counter of the disk that a path lies on; null where the kernel does not count.</summary>
    public static DiskCounter? Of(string path)
    {
        string full = Path.GetFullPath(path).TrimEnd('/') + "/";
        string? device = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' '))
            .Where(fields => full.StartsWith(fields[1].TrimEnd('/') + "/", StringComparison.Ordinal))
            .MaxBy(fields => fields[1].Length)?[0];
        string? name = device is null ? null : Path.GetFileName(device);
        return name is not null && Row(name) is { Length: > FlushesAt } ? new DiskCounter(name) : null;
    }

    private static string[]? Row(string device) => File.ReadLines("/proc/diskstats")
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .FirstOrDefault(fields => fields[NameAt] == device);
}
