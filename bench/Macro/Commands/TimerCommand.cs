using System.CommandLine;
using OrleansMq.Bench.Macro.Brokers;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary><c>timer</c>: a broker with many messages that wait.</summary>
internal sealed class TimerCommand
{
    private readonly BrokerOptions _broker = new();

    private readonly Option<long> _messages = new("--messages")
    {
        Description = "Messages that wait all along.", DefaultValueFactory = _ => 10_000_000,
    };

    private readonly Option<int> _rate = new("--rate")
    {
        Description = "Messages per second that come due one after the other, to see how late they are.",
        DefaultValueFactory = _ => 2_000,
    };

    private readonly Option<int> _seconds = new("--seconds")
    {
        Description = "For how long.", DefaultValueFactory = _ => 20,
    };

    private readonly Option<long> _burst = new("--burst")
    {
        Description = "Messages that are due in the same second, to see how fast they come.",
        DefaultValueFactory = _ => 1_000_000,
    };

    private readonly Option<int> _recalls = new("--recalls")
    {
        Description = "Messages that are called back, one after the other.", DefaultValueFactory = _ => 1_000,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print a line of JSON for each run." };

    public static Command Create()
    {
        var options = new TimerCommand();
        var command = new Command(
            "timer", "Memory, rates, lateness and restart of a broker with many messages that wait; starts it itself.")
        {
            options._messages, options._rate, options._seconds, options._burst, options._recalls, options._json,
        };
        options._broker.AddTo(command);
        command.SetAction(options.Run);
        return command;
    }

    private void Run(ParseResult parsed)
    {
        using var stores = new StoreDirectory(_broker.WorkOf(parsed));
        using var run = new TimerRun(
            _broker.ExecutableOf(parsed), stores.Fresh(),
            new Measurement.ReportTable(Console.Out, parsed.GetValue(_json)));
        run.Fill(parsed.GetValue(_messages));
        run.Recall(parsed.GetValue(_recalls), parsed.GetValue(_messages));
        run.Pace(parsed.GetValue(_rate), parsed.GetValue(_seconds));
        run.Burst(parsed.GetValue(_burst));
        run.Restart(kills: false);
        run.Restart(kills: true);
        run.BurstWhileDown(parsed.GetValue(_burst));
    }
}
