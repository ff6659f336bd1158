using System.CommandLine;

namespace OrleansMq.Cli.DeadLetters;

/// <summary>The options by which dead letters are selected.</summary>
internal sealed class LetterSelection
{
    private readonly Option<string?> _topic = new("--topic") { Description = "Only those that came from this topic." };

    private readonly Option<DateTimeOffset?> _since =
        new("--since") { Description = "Only those dead since this time, as 2026-01-31T12:00." };

    private readonly Option<DateTimeOffset?> _until = new("--until") { Description = "Only those dead by this time." };

    /// <summary>The options, for a command.</summary>
    public IEnumerable<Option> Options => [_topic, _since, _until];

    /// <summary>What was given: the topic, and the first and last time, Unix milliseconds.</summary>
    public (string? Topic, long Begin, long End) Read(ParseResult parsed) => (
        parsed.GetValue(_topic),
        parsed.GetValue(_since)?.ToUnixTimeMilliseconds() ?? 0,
        parsed.GetValue(_until)?.ToUnixTimeMilliseconds() ?? long.MaxValue);
}
