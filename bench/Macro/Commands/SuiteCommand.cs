using System.CommandLine;
using OrleansMq.Bench.Macro.Suites;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary><c>suite</c>: everything, with brokers of its own, beside the goals.</summary>
internal sealed class SuiteCommand
{
    private const double GibiByte = 1024 * 1024 * 1024;

    private readonly BrokerOptions _broker = new();

    private readonly Option<int> _rounds = new("--rounds")
    {
        Description = "How often each case runs.", DefaultValueFactory = _ => 3,
    };

    private readonly Option<double> _seconds = new("--seconds")
    {
        Description = "How long each case measures.", DefaultValueFactory = _ => 5,
    };

    private readonly Option<double> _warmUp = new("--warm-up")
    {
        Description = "Seconds of load before that.", DefaultValueFactory = _ => 3,
    };

    private readonly Option<double> _sustained = new("--sustained-seconds")
    {
        Description = "How long batches are sent to compare with the disk; 0 leaves it out.",
        DefaultValueFactory = _ => 60,
    };

    private readonly Option<double> _killed = new("--killed-gib")
    {
        Description = "GiB in the store that is killed; 0 leaves it out.", DefaultValueFactory = _ => 5,
    };

    private readonly Option<double> _probe = new("--probe-gib")
    {
        Description = "GiB written to measure the disk itself.", DefaultValueFactory = _ => 2,
    };

    private readonly Option<double> _usedMemory = new("--used-memory")
    {
        Description = "The share of memory that the page cache is filled up to before each case, 0 to 0.95.",
        DefaultValueFactory = _ => 0.85,
    };

    private readonly Option<string> _only = new("--only")
    {
        Description = "Runs only cases whose name contains this text.", DefaultValueFactory = _ => "",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print lines of JSON." };

    public static Command Create()
    {
        var options = new SuiteCommand();
        var command = new Command("suite", "Everything, with brokers of its own, beside the goals.")
        {
            options._rounds, options._seconds, options._warmUp, options._sustained, options._killed, options._probe,
            options._usedMemory, options._only, options._json,
        };
        options._broker.AddTo(command);
        command.SetAction(options.Run);
        return command;
    }

    private void Run(ParseResult parsed)
    {
        var options = new SuiteOptions
        {
            Executable = _broker.ExecutableOf(parsed),
            WorkDirectory = _broker.WorkOf(parsed),
            Rounds = parsed.GetValue(_rounds),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
            WarmUp = TimeSpan.FromSeconds(parsed.GetValue(_warmUp)),
            SustainedDuration = TimeSpan.FromSeconds(parsed.GetValue(_sustained)),
            KilledStoreBytes = (long)(parsed.GetValue(_killed) * GibiByte),
            DiskProbeBytes = (long)(parsed.GetValue(_probe) * GibiByte),
            UsedMemoryShare = Math.Clamp(parsed.GetValue(_usedMemory), 0, 0.95),
            Only = parsed.GetValue(_only)!,
        };
        new Suite(options, Console.Out, parsed.GetValue(_json)).Run();
    }
}
