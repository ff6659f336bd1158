using System.CommandLine;
using Spectre.Console;

namespace OrleansMq.Cli.Demo;

/// <summary>`omq demo`: uses a broker in every way it knows and shows in a table whether it did right.</summary>
internal static class DemoCommand
{
    private const int TableWidth = 112;
    private const int ExitOk = 0;
    private const int ExitFailed = 1;
    private const int ExitCancelled = 130;

    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var broker = new Option<FileInfo>("--broker")
        {
            Description = "The program omq-broker that is to be tried.",
            Required = true,
        };
        const string about = "Tries a broker of its own on a temporary store; takes about 20 seconds.";
        var command = new Command("demo", about) { broker };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(broker)!, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo program, CancellationToken cancellation)
    {
        if (!program.Exists)
        {
            Console.Error.WriteLine(
                $"There is no broker at {program.FullName}. Build src/Standalone or give another --broker.");
            return ExitFailed;
        }

        if (!AnsiConsole.Profile.Out.IsTerminal)
        {
            AnsiConsole.Profile.Width = TableWidth;
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        }

        var folder = new DirectoryInfo(Path.Combine(Path.GetTempPath(), $"omq-demo-{Environment.ProcessId}"));
        folder.Create();
        bool isKept = false;
        try
        {
            List<CheckResult> results = await RunChecksAsync(program, folder, cancellation);
            Show(results);
            isKept = results.Exists(result => !result.IsOk);
            if (isKept)
                ShowProblems(results, folder);
            else
                AnsiConsole.MarkupLine(Verdict(results));
            return isKept ? ExitFailed : ExitOk;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Whatever failed did so because of the stop, which a terminal tells the broker too.
            Console.Error.WriteLine("Stopped; the broker is gone and its store deleted.");
            return ExitCancelled;
        }
        catch (BrokerFailedException cause)
        {
            isKept = true;
            Console.Error.WriteLine($"{cause.Message} Its store and its log are in {folder.FullName}");
            return ExitFailed;
        }
        finally
        {
            if (!isKept)
                folder.Delete(recursive: true);
        }
    }

    private static async Task<List<CheckResult>> RunChecksAsync(
        FileInfo program, DirectoryInfo folder, CancellationToken cancellation)
    {
        await using var broker = new BrokerProcess(program, folder);
        await broker.StartAsync(cancellation);
        var run = new DemoRun(new DemoContext(broker));
        if (!AnsiConsole.Profile.Out.IsTerminal)
            return await run.RunAsync(_ => { }, cancellation);

        return await AnsiConsole.Status().StartAsync(
            "starting",
            status => run.RunAsync(what => status.Status(Markup.Escape(what)), cancellation));
    }

    private static void Show(List<CheckResult> results)
    {
        Table table = new Table { Border = TableBorder.Rounded }.AddColumn("what");
        foreach (string heading in (string[])["messages", "rate or latency", "lost", "out of order"])
            table.AddColumn(new TableColumn(heading).RightAligned());
        table.AddColumn("ok");
        foreach (CheckResult result in results)
        {
            table.AddRow(
                Markup.Escape(result.What), Figures.Count(result.Messages), Markup.Escape(result.Measure),
                Figures.Count(result.Lost), Figures.Count(result.OutOfOrder),
                result.IsOk ? "[green]yes[/]" : "[red]NO[/]");
        }

        AnsiConsole.Write(table);
    }

    private static void ShowProblems(List<CheckResult> results, DirectoryInfo folder)
    {
        foreach (CheckResult result in results.Where(result => !result.IsOk))
        {
            AnsiConsole.MarkupLine($"[red]{Markup.Escape(result.What)}[/]");
            foreach (string problem in result.Problems)
                AnsiConsole.WriteLine($"  {problem}");
        }

        int failed = results.Count(result => !result.IsOk);
        AnsiConsole.MarkupLine($"[red]{failed} of {results.Count} checks failed.[/]");
        Console.WriteLine($"The store and the broker's log are in {folder.FullName}");
    }

    private static string Verdict(List<CheckResult> results) =>
        $"[green]All {results.Count} checks passed:[/] of {Figures.Count(results.Sum(result => result.Messages))} " +
        "messages none was lost, changed, duplicated in a queue or out of order.";
}
