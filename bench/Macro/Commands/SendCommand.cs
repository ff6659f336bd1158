using System.CommandLine;
using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Bench.Macro.Loads;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary><c>send</c>: how fast messages are accepted.</summary>
internal sealed class SendCommand
{
    private readonly SharedOptions _shared = new();
    private readonly ShapeOptions _shape = new("omq-bench", batch: 1);

    private readonly Option<int> _connections = new("--connections")
    {
        Description = "Connections.", DefaultValueFactory = _ => 64,
    };

    private readonly Option<int> _inFlight = new("--in-flight")
    {
        Description = "Requests on their way at the same time on each connection.", DefaultValueFactory = _ => 1,
    };

    private readonly Option<double> _seconds = new("--seconds")
    {
        Description = "How long to measure.", DefaultValueFactory = _ => 5,
    };

    private readonly Option<double> _warmUp = new("--warm-up")
    {
        Description = "Seconds of load before that.", DefaultValueFactory = _ => 3,
    };

    public static Command Create()
    {
        var options = new SendCommand();
        var command = new Command("send", "How fast messages are accepted.")
        {
            options._connections, options._inFlight, options._seconds, options._warmUp,
        };
        options._shape.AddTo(command);
        options._shared.AddTo(command);
        command.SetAction(options.Run);
        return command;
    }

    private void Run(ParseResult parsed)
    {
        SendShape shape = _shape.ShapeOf(parsed);
        var options = new SendOptions
        {
            Shape = shape,
            Connections = parsed.GetValue(_connections),
            InFlight = parsed.GetValue(_inFlight),
            Duration = TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
            WarmUp = TimeSpan.FromSeconds(parsed.GetValue(_warmUp)),
        };
        string header = shape.Header == SerializeType.Json ? "json" : "binary";
        using var load = new SendLoad(_shared.TargetOf(parsed), options);
        _shared.TableOf(parsed).Write(
            load.Run($"send {options.Connections}x{options.InFlight} {shape.Batch}x{shape.BodyBytes} {header}"));
    }
}
