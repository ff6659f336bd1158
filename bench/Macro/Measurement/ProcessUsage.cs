using System.Globalization;

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>What a process has used so far.</summary>
/// <param name="ProcessorSeconds">User and system time, in steps of 10 ms.</param>
/// <param name="ResidentBytes">Memory that is mapped and present, files among it.</param>
/// <param name="PrivateBytes">Memory that is present and no file's: RssAnon.</param>
internal readonly record struct ProcessUsage(double ProcessorSeconds, long ResidentBytes, long PrivateBytes)
{
    private const double TicksPerSecond = 100;
    private const int UserTimeAt = 11;

    /// <summary>Reads it from /proc.</summary>
    /// <param name="process">The process; null is this one.</param>
    public static ProcessUsage Read(int? process)
    {
        string folder = process is { } id ? $"/proc/{id}" : "/proc/self";
        string stat = File.ReadAllText($"{folder}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long ticks = Number(fields[UserTimeAt]) + Number(fields[UserTimeAt + 1]);
        long resident = 0;
        long anonymous = 0;
        foreach (string line in File.ReadLines($"{folder}/status"))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                resident = Kibibytes(line);
            else if (line.StartsWith("RssAnon:", StringComparison.Ordinal))
                anonymous = Kibibytes(line);
        }

        return new ProcessUsage(ticks / TicksPerSecond, resident, anonymous);
    }

    private static long Kibibytes(string line) =>
        Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1]) * 1024;

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
