using System.CommandLine;
using System.Diagnostics;
using System.Net;
using OrleansMq.Bench.Macro.Loads;
using OrleansMq.Bench.Macro.Measurement;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary>Options of all commands that put a running broker under load.</summary>
internal sealed class SharedOptions
{
    private const string BrokerProcessName = "omq-broker";

    public Option<string> Broker { get; } = new("--broker")
    {
        Description = "Where the broker listens, ADDRESS:PORT.", DefaultValueFactory = _ => "127.0.0.1:9876",
    };

    public Option<int> Process { get; } = new("--pid")
    {
        Description = "The broker's process; 0 looks for the one that is called omq-broker.",
    };

    public Option<string> Store { get; } = new("--store")
    {
        Description = "The broker's store; if given, the flushes of its disk are counted.",
        DefaultValueFactory = _ => "",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print a line of JSON." };

    public void AddTo(Command command)
    {
        command.Options.Add(Broker);
        command.Options.Add(Process);
        command.Options.Add(Store);
        command.Options.Add(Json);
    }

    public Target TargetOf(ParseResult parsed)
    {
        string store = parsed.GetValue(Store)!;
        return new Target(
            IPEndPoint.Parse(parsed.GetValue(Broker)!),
            parsed.GetValue(Process) is > 0 and int id ? id : FindBroker(),
            store.Length == 0 ? null : DiskCounter.Of(store));
    }

    public ReportTable TableOf(ParseResult parsed) => new(Console.Out, parsed.GetValue(Json));

    private static int FindBroker()
    {
        Process[] found = System.Diagnostics.Process.GetProcessesByName(BrokerProcessName);
        return found.Length == 1
            ? found[0].Id
            : throw new InvalidOperationException(
                $"{found.Length} processes are called {BrokerProcessName}; say with --pid which one is meant.");
    }
}
