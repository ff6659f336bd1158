using System.CommandLine;
using OrleansMq.Bench.Macro.Loads;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary><c>tail</c>: how long a message takes to a consumer that waits for it.</summary>
internal sealed class TailCommand
{
    private readonly SharedOptions _shared = new();
    private readonly ShapeOptions _shape = new("omq-bench-tail", batch: 1);

    private readonly Option<int> _rate = new("--rate")
    {
        Description = "Messages per second.", DefaultValueFactory = _ => 1000,
    };

    private readonly Option<double> _seconds = new("--seconds")
    {
        Description = "How long to measure.", DefaultValueFactory = _ => 10,
    };

    private readonly Option<double> _warmUp = new("--warm-up")
    {
        Description = "Seconds of messages before that.", DefaultValueFactory = _ => 3,
    };

    public static Command Create()
    {
        var options = new TailCommand();
        var command = new Command("tail", "How long a message takes to a consumer that waits for it.")
        {
            options._rate, options._seconds, options._warmUp,
        };
        options._shape.AddTo(command);
        options._shared.AddTo(command);
        command.SetAction(options.Run);
        return command;
    }

    private void Run(ParseResult parsed)
    {
        var options = new TailOptions
        {
            Shape = _shape.ShapeOfNewTopic(parsed),
            Rate = parsed.GetValue(_rate),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
            WarmUp = TimeSpan.FromSeconds(parsed.GetValue(_warmUp)),
        };
        using var load = new TailLoad(_shared.TargetOf(parsed), options);
        _shared.TableOf(parsed).Write(load.Run($"tail {options.Rate}/s {options.Shape.BodyBytes}"));
    }
}
