using System.Globalization;

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>What all processes of the machine have used so far, in processor seconds.</summary>
/// <param name="BusySeconds">Time that was not idle, waiting or stolen.</param>
/// <param name="StolenSeconds">Time that the machine's host gave to others.</param>
/// <param name="TotalSeconds">All time of all processors.</param>
internal readonly record struct MachineUsage(double BusySeconds, double StolenSeconds, double TotalSeconds)
{
    private const double TicksPerSecond = 100;
    private const int IdleAt = 3;
    private const int WaitingAt = 4;
    private const int StolenAt = 7;

    public static MachineUsage Read()
    {
        string line = File.ReadLines("/proc/stat").First();
        double[] seconds = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(StolenAt + 1)
            .Select(ticks => long.Parse(ticks, CultureInfo.InvariantCulture) / TicksPerSecond)];
        double total = seconds.Sum();
        return new MachineUsage(
            total - seconds[IdleAt] - seconds[WaitingAt] - seconds[StolenAt], seconds[StolenAt], total);
    }
}
