using System.Diagnostics;
using OrleansMq.BrokerProcesses;

namespace OrleansMq.Cli.Tests;

/// <summary>What a run of the command line gave.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it said.</param>
/// <param name="Errors">What it said of errors.</param>
internal sealed record OmqRun(int ExitCode, string Output, string Errors)
{
    /// <summary>The lines of the output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Runs the command line as users do, in a process of its own.</summary>
internal static class Omq
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs a command to its end.</summary>
    public static async Task<OmqRun> RunAsync(params string[] arguments)
    {
        using Process process = Start(arguments);
        return await EndAsync(process);
    }

    /// <summary>Runs a command until it is interrupted as by Ctrl-C.</summary>
    /// <param name="until">When to interrupt it.</param>
    /// <param name="arguments">The command.</param>
    public static async Task<OmqRun> InterruptAsync(Task until, params string[] arguments)
    {
        using Process process = Start(arguments);
        await until.WaitAsync(Patience);
        Signals.Interrupt(process.Id);
        return await EndAsync(process);
    }

    private static Process Start(string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "omq.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task<OmqRun> EndAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"The command did not end: {await output} {await errors}");
        }

        return new OmqRun(process.ExitCode, await output, await errors);
    }
}
