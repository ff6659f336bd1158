using System.CommandLine;
using OrleansMq.Bench.Macro.Loads;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary><c>drain</c>: how fast a backlog is consumed.</summary>
internal sealed class DrainCommand
{
    private const int FillBatch = 64;

    private readonly SharedOptions _shared = new();
    private readonly ShapeOptions _shape = new("omq-bench-drain", FillBatch);

    private readonly Option<int> _connections = new("--connections")
    {
        Description = "Connections that pull, as many as queues at most.", DefaultValueFactory = _ => 8,
    };

    private readonly Option<long> _messages = new("--messages")
    {
        Description = "Messages of the backlog.", DefaultValueFactory = _ => 1_000_000,
    };

    private readonly Option<int> _maxMessages = new("--max-messages")
    {
        Description = "The most messages of a pull.", DefaultValueFactory = _ => 32,
    };

    private readonly Option<int> _passes = new("--passes")
    {
        Description = "How often all is consumed; the last time is measured.", DefaultValueFactory = _ => 3,
    };

    public static Command Create()
    {
        var options = new DrainCommand();
        var command = new Command("drain", "How fast a backlog is consumed; counts it and checks the order.")
        {
            options._connections, options._messages, options._maxMessages, options._passes,
        };
        options._shape.AddTo(command);
        options._shared.AddTo(command);
        command.SetAction(options.Run);
        return command;
    }

    private void Run(ParseResult parsed)
    {
        var options = new DrainOptions
        {
            Shape = _shape.ShapeOfNewTopic(parsed),
            Connections = parsed.GetValue(_connections),
            Messages = parsed.GetValue(_messages),
            MaxMessages = parsed.GetValue(_maxMessages),
            Passes = parsed.GetValue(_passes),
        };
        using var load = new DrainLoad(_shared.TargetOf(parsed), options);
        _shared.TableOf(parsed).Write(load.Run($"drain {options.Connections} max {options.MaxMessages}"));
    }
}
