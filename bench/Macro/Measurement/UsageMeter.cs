using System.Diagnostics;

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>Measures what broker, generator and machine use between two moments.</summary>
internal sealed class UsageMeter
{
    private readonly int _broker;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ProcessUsage _brokerAtStart;
    private readonly ProcessUsage _generatorAtStart;
    private readonly MachineUsage _machineAtStart;

    /// <summary>Starts.</summary>
    /// <param name="broker">The broker's process.</param>
    public UsageMeter(int broker)
    {
        _broker = broker;
        _brokerAtStart = ProcessUsage.Read(broker);
        _generatorAtStart = ProcessUsage.Read(null);
        _machineAtStart = MachineUsage.Read();
    }

    /// <summary>What was used since the start.</summary>
    public Usage Read()
    {
        ProcessUsage broker = ProcessUsage.Read(_broker);
        MachineUsage machine = MachineUsage.Read();
        double seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        double brokerSeconds = broker.ProcessorSeconds - _brokerAtStart.ProcessorSeconds;
        double generatorSeconds = ProcessUsage.Read(null).ProcessorSeconds - _generatorAtStart.ProcessorSeconds;
        double busy = machine.BusySeconds - _machineAtStart.BusySeconds;
        double total = machine.TotalSeconds - _machineAtStart.TotalSeconds;
        return new Usage
        {
            Seconds = seconds,
            BrokerCores = brokerSeconds / seconds,
            GeneratorCores = generatorSeconds / seconds,
            OtherCores = Math.Max(0, busy - brokerSeconds - generatorSeconds) / seconds,
            StolenShare = total == 0 ? 0 : (machine.StolenSeconds - _machineAtStart.StolenSeconds) / total,
            ResidentBytes = broker.ResidentBytes,
            PrivateBytes = broker.PrivateBytes,
        };
    }
}

/// <summary>What was used during a run.</summary>
internal sealed record Usage
{
    /// <summary>How long it took.</summary>
    public double Seconds { get; init; }

    /// <summary>Processors that the broker kept busy.</summary>
    public double BrokerCores { get; init; }

    /// <summary>Processors that the load generator kept busy.</summary>
    public double GeneratorCores { get; init; }

    /// <summary>Processors that everything else kept busy; what it takes is missing from the figures.</summary>
    public double OtherCores { get; init; }

    /// <summary>The share of all processor time that the machine's host gave to others, 0 to 1.</summary>
    public double StolenShare { get; init; }

    /// <summary>The broker's memory at the end, mapped files among it.</summary>
    public long ResidentBytes { get; init; }

    /// <summary>The broker's private memory at the end.</summary>
    public long PrivateBytes { get; init; }
}
