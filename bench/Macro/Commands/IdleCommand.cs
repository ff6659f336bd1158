using System.CommandLine;
using OrleansMq.Bench.Macro.Loads;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary><c>idle</c>: what the broker uses when nothing happens.</summary>
internal sealed class IdleCommand
{
    private readonly SharedOptions _shared = new();

    private readonly Option<int> _connections = new("--connections")
    {
        Description = "Connections that are open.", DefaultValueFactory = _ => 16,
    };

    private readonly Option<double> _seconds = new("--seconds")
    {
        Description = "How long to watch.", DefaultValueFactory = _ => 10,
    };

    public static Command Create()
    {
        var options = new IdleCommand();
        var command = new Command("idle", "What the broker uses when nothing happens.")
        {
            options._connections, options._seconds,
        };
        options._shared.AddTo(command);
        command.SetAction(options.Run);
        return command;
    }

    private void Run(ParseResult parsed) => _shared.TableOf(parsed).Write(IdleLoad.Run(
        _shared.TargetOf(parsed), parsed.GetValue(_connections), TimeSpan.FromSeconds(parsed.GetValue(_seconds))));
}
