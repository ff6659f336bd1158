using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansMq.Gateway.Tests.Listeners;

/// <summary>Keeps the ids of messages from information upwards.</summary>
public sealed class TestLogger : ILogger
{
    private readonly BlockingCollection<int> _events = [];

    /// <summary>Waits for a message; fails when it does not come.</summary>
    public void WaitFor(int eventId)
    {
        while (_events.TryTake(out int id, TestGateway.Limit))
        {
            if (id == eventId)
                return;
        }

        Assert.Fail($"No message {eventId} was logged.");
    }

    /// <summary>How many messages of this id are there, and not waited for.</summary>
    public int Count(int eventId) => _events.Count(id => id == eventId);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        // A template that does not fit its arguments throws here, and fails the test.
        Assert.NotEmpty(formatter(state, exception));
        _events.Add(eventId.Id);
    }
}
