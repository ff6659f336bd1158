using System.CommandLine;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary>Options of the commands that start brokers themselves.</summary>
internal sealed class BrokerOptions
{
    private const string BuiltAt = "src/Standalone/bin/Release/net10.0/omq-broker";

    private readonly Option<string> _executable = new("--omq-broker")
    {
        Description = $"The path of omq-broker; default: {BuiltAt} of this repository.", DefaultValueFactory = _ => "",
    };

    private readonly Option<string> _work = new("--work")
    {
        Description = "A directory for the stores, on the disk that is to be measured; they are deleted afterwards.",
        DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "omq-bench"),
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_executable);
        command.Options.Add(_work);
    }

    /// <summary>The path of omq-broker.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public string ExecutableOf(ParseResult parsed)
    {
        string given = parsed.GetValue(_executable)!;
        if (given.Length > 0)
        {
            return File.Exists(given)
                ? Path.GetFullPath(given)
                : throw new FileNotFoundException($"There is no {given}; give the path of omq-broker.");
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, BuiltAt);
            if (File.Exists(path))
                return path;
        }

        throw new FileNotFoundException(
            $"There is no {BuiltAt}; build it with 'dotnet build src/Standalone -c Release' or say where it is.");
    }

    /// <summary>A directory of this run, which does not exist yet.</summary>
    public string WorkOf(ParseResult parsed) =>
        Path.Combine(Path.GetFullPath(parsed.GetValue(_work)!), $"run-{Environment.ProcessId}");
}
