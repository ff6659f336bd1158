using Microsoft.Extensions.Logging;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Keeps what a broker says.</summary>
internal sealed class RecordingLogger : ILogger
{
    private readonly Lock _lock = new();
    private readonly List<string> _messages = [];

    /// <summary>All that was said so far.</summary>
    public string[] Messages
    {
        get
        {
            lock (_lock)
                return [.. _messages];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (_lock)
            _messages.Add(formatter(state, exception));
    }
}
