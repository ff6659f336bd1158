using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace OrleansMq.Samples.Tests;

/// <summary>A sample that runs in a process of its own, with what it says.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly List<(string Text, TaskCompletionSource<string> Line)> _waiting = [];

    private SampleProcess(Process process) => _process = process;

    /// <summary>Starts a sample.</summary>
    public static SampleProcess Start(string name, params string[] arguments)
    {
        string assembly = Path.Combine(
            Root(), "samples", name, "bin", Configuration, "net10.0", $"OrleansMq.Samples.{name}.dll");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[assembly, .. arguments])
            start.ArgumentList.Add(argument);
        var sample = new SampleProcess(new Process { StartInfo = start });
        sample._process.OutputDataReceived += (_, line) => sample.Take(line.Data);
        sample._process.ErrorDataReceived += (_, line) => sample.Take(line.Data);
        sample._process.Start();
        sample._process.BeginOutputReadLine();
        sample._process.BeginErrorReadLine();
        return sample;
    }

    /// <summary>Runs a sample to its end; gives what it said.</summary>
    public static async Task<string> RunAsync(string name, params string[] arguments)
    {
        await using SampleProcess sample = Start(name, arguments);
        await sample._process.WaitForExitAsync().WaitAsync(Patience);
        string said = sample.Said;
        Assert.True(sample._process.ExitCode == 0, said);
        return said;
    }

    /// <summary>The first line that holds a text.</summary>
    public async Task<string> LineWithAsync(string text)
    {
        var line = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_said)
        {
            if (_said.ToString().Split('\n').FirstOrDefault(said => said.Contains(text, StringComparison.Ordinal)) is { } known)
                return known;
            _waiting.Add((text, line));
        }

        try
        {
            return await line.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No line with '{text}' came. The sample said:\n{Said}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    private void Take(string? line)
    {
        if (line is null)
            return;

        lock (_said)
        {
            _said.Append(line).Append('\n');
            foreach ((string text, TaskCompletionSource<string> waiting) in _waiting)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                    waiting.TrySetResult(line);
            }
        }
    }

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string Root([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
