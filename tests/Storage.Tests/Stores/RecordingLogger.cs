using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansMq.Storage.Tests.Stores;

/// <summary>Keeps what the store tells its operator.</summary>
internal sealed class RecordingLogger : ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _entries = new();

    public IEnumerable<(int Id, string Text)> Entries => _entries;

    public int Count(int id) => _entries.Count(entry => entry.Id == id);

    public void Clear() => _entries.Clear();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((eventId.Id, formatter(state, exception)));
}
