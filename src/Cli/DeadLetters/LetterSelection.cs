using System.CommandLine;
using OrleansMq.Client.Administration;

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

    /// <summary>What was given, of a group.</summary>
    public DeadLetterSelection Read(ParseResult parsed, string group) => new(group)
    {
        Topic = parsed.GetValue(_topic), From = parsed.GetValue(_since), Until = parsed.GetValue(_until),
    };
}
