using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Gateway.Hosting;

namespace OrleansMq.TestKit;

/// <summary>What a <see cref="TestBroker"/> is like. Immutable: change a copy with <c>with</c>.</summary>
public sealed record TestBrokerOptions
{
    /// <summary>The options that hold unless others are given.</summary>
    public static TestBrokerOptions Default { get; } = new();

    /// <summary>The broker's name. Default: test-broker.</summary>
    public string BrokerName { get; init; } = "test-broker";

    /// <summary>The time at which it starts. Default: now, in whole seconds.</summary>
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>
    /// The port on 127.0.0.1 at which RocketMQ's clients find it; 0 takes any free one, null is none. Default: null.
    /// </summary>
    public int? Port { get; init; }

    /// <summary>How long <c>WaitUntil...</c> waits, in real time, unless it is told. Default: 10 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the broker holds a pull or pop that finds nothing, in real time: its own clock stands. Default: 5 s.
    /// </summary>
    public TimeSpan LongestHold { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where the broker's messages go. Default: nowhere.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Changes the options of the broker. Default: nothing.</summary>
    public Action<BrokerSettings>? Configure { get; init; }
}
