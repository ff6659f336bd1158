using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace OrleansMq.Interop.Tests.Clients;

/// <summary>A script that runs in a Node process of its own, and what it has printed.</summary>
public sealed class NodeScript : IAsyncDisposable
{
    private const int ShownCharacters = 200;
    private const int ShownErrorCharacters = 4_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    /// <summary>Names stay as they are written: those of message properties are in capitals.</summary>
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Process _process;
    private readonly string _name;
    private readonly Func<string> _brokerLog;
    private readonly List<ScriptEvent> _events = [];
    private readonly Dictionary<string, int> _counts = [];
    private readonly StringBuilder _errors = new();
    private TaskCompletionSource _changed = NewSignal();

    private NodeScript(Process process, string name, Func<string> brokerLog)
    {
        _process = process;
        _name = name;
        _brokerLog = brokerLog;
    }

    /// <summary>What it has printed so far.</summary>
    public IReadOnlyList<ScriptEvent> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    /// <summary>The directory of package.json and the scripts.</summary>
    internal static string Directory => typeof(NodeScript).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(data => data.Key == "ScriptDirectory").Value!;

    /// <summary>Starts a script.</summary>
    /// <param name="name">Its file below scripts/.</param>
    /// <param name="parameters">What it is given, as JSON.</param>
    /// <param name="brokerLog">The broker's log, for the message of a failure.</param>
    public static NodeScript Start(string name, object parameters, Func<string> brokerLog)
    {
        NodePackages.EnsureInstalled(Directory);
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine("scripts", name));
        start.ArgumentList.Add(JsonSerializer.Serialize(parameters, Json));
        var script = new NodeScript(new Process { StartInfo = start }, name, brokerLog);
        script._process.OutputDataReceived += (_, line) => script.Take(line.Data);
        script._process.ErrorDataReceived += (_, line) => script.TakeError(line.Data);
        script._process.Start();
        script._process.BeginOutputReadLine();
        script._process.BeginErrorReadLine();
        return script;
    }

    /// <summary>The events of one kind.</summary>
    public IReadOnlyList<ScriptEvent> Of(string kind) => [.. Events.Where(item => item.Event == kind)];

    /// <summary>How many events of a kind there were.</summary>
    public int CountOf(string kind)
    {
        lock (_events)
            return _counts.GetValueOrDefault(kind);
    }

    /// <summary>Waits until what scripts have printed fulfils a condition, which is looked at after every event.</summary>
    public static async Task WaitAsync(string what, IReadOnlyList<NodeScript> scripts, Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            Task[] changes = [.. scripts.Select(script => Volatile.Read(ref script._changed).Task)];
            if (condition())
                return;
            if (scripts.FirstOrDefault(script => script.CountOf("fatal") > 0) is { } fatal)
                throw fatal.Failed(what, fatal.Of("fatal")[0].Message);

            try
            {
                await Task.WhenAny(changes).WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw scripts[0].Failed(what, "the time is over");
            }
        }
    }

    /// <summary>Waits until its events fulfil a condition.</summary>
    public Task WaitAsync(string what, Func<IReadOnlyList<ScriptEvent>, bool> condition) =>
        WaitAsync(what, [this], () => condition(Events));

    /// <summary>Waits for a number of events of a kind, and gives them.</summary>
    public async Task<IReadOnlyList<ScriptEvent>> WaitForAsync(string kind, int count = 1)
    {
        await WaitAsync($"{count} {kind}", [this], () => CountOf(kind) >= count);
        return Of(kind);
    }

    /// <summary>Writes a line to its standard input.</summary>
    public async Task WriteLineAsync(object value)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(value, Json));
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Ends its standard input, so that it takes its leave, and waits for its end.</summary>
    public async Task LeaveAsync()
    {
        _process.StandardInput.Close();
        await WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
    }

    /// <summary>Ends the process at once, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private InvalidOperationException Failed(string what, string? why)
    {
        IReadOnlyList<ScriptEvent> events = Events;
        IEnumerable<string> counts = events.CountBy(item => item.Event).Select(pair => $"{pair.Value} {pair.Key}");
        IEnumerable<string> last = events.Where(item => item.Event == "message").TakeLast(10)
            .Select(item => $"{item.At}: {item.Queue}/{item.Offset} '{item.Text}' try {item.ReconsumeTimes}");
        IEnumerable<string> errors = events.Where(item => item.Event is "error" or "failed").TakeLast(5)
            .Select(item => $"{item.At}: {item.Code} {item.Message?[..Math.Min(item.Message.Length, ShownCharacters)]}");
        return new InvalidOperationException(
            $"{_name} was waited for in vain ({what}): {why}.\nEvents: {string.Join(", ", counts)}\n" +
            $"Last: {string.Join("; ", last)}\n" +
            $"Errors: {string.Join("; ", errors)}\n{_errors}\nThe broker's log:\n{_brokerLog()}");
    }

    private void Take(string? line)
    {
        if (line is null)
            return;

        ScriptEvent item;
        try
        {
            item = ScriptEvent.Parse(line);
        }
        catch (JsonException)
        {
            // A process that is killed may leave half a line.
            TakeError(line);
            return;
        }

        lock (_events)
        {
            _events.Add(item);
            _counts[item.Event] = _counts.GetValueOrDefault(item.Event) + 1;
        }

        Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
    }

    private void TakeError(string? line)
    {
        lock (_events)
        {
            if (_errors.Length < ShownErrorCharacters)
                _errors.AppendLine(line?[..Math.Min(line.Length, ShownCharacters)]);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
