using System.CommandLine;
using OrleansMq.Bench.Macro.Brokers;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary><c>start</c>: how long a broker takes until it accepts messages.</summary>
internal sealed class StartCommand
{
    private const long GibiByte = 1024 * 1024 * 1024;

    private readonly BrokerOptions _broker = new();

    private readonly Option<double> _fill = new("--fill-gib")
    {
        Description = "GiB of bodies that are in the store when it is killed; 0 measures an empty store only.",
        DefaultValueFactory = _ => 5,
    };

    public static Command Create()
    {
        var options = new StartCommand();
        var command = new Command("start", "How long a broker takes from its start to its first accepted message.")
        {
            options._fill,
        };
        options._broker.AddTo(command);
        command.SetAction(options.Run);
        return command;
    }

    private void Run(ParseResult parsed)
    {
        string executable = _broker.ExecutableOf(parsed);
        double fill = parsed.GetValue(_fill);
        using var stores = new StoreDirectory(_broker.WorkOf(parsed));
        TimeSpan empty = StartTimes.OfEmptyStore(executable, stores.Fresh());
        Console.WriteLine($"empty store: {empty.TotalMilliseconds:F0} ms to the first accepted message");
        if (fill <= 0)
            return;
        TimeSpan killed = StartTimes.AfterKill(executable, stores.Fresh(), (long)(fill * GibiByte));
        Console.WriteLine($"{fill} GiB, killed: {killed.TotalMilliseconds:F0} ms to the first accepted message");
    }
}
