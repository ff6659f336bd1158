using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansMq.Broker.Delays;

/// <summary>The delays that a message can ask for by a number, level 1 and up. Immutable.</summary>
public sealed class DelayLevels
{
    /// <summary>RocketMQ's levels.</summary>
    public const string DefaultText = "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h";

    /// <summary>The most levels, since each has a queue of the schedule topic.</summary>
    public const int MaxCount = 1_000;

    private readonly TimeSpan[] _delays;

    private DelayLevels(TimeSpan[] delays) => _delays = delays;

    /// <summary>RocketMQ's levels.</summary>
    public static DelayLevels Default { get; } = Parse(DefaultText);

    /// <summary>How many levels there are; also the highest.</summary>
    public int Count => _delays.Length;

    /// <summary>Reads levels as <see cref="BrokerOptions.DelayLevels"/> describes them.</summary>
    /// <exception cref="FormatException">The text is wrong; the message says where.</exception>
    public static DelayLevels Parse(string text) =>
        TryParse(text, out DelayLevels? levels, out string? problem) ? levels : throw new FormatException(problem);

    /// <summary>Reads levels as <see cref="BrokerOptions.DelayLevels"/> describes them.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out DelayLevels? levels, [NotNullWhen(false)] out string? problem)
    {
        levels = null;
        string[] words = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > MaxCount)
        {
            problem = $"There are {words.Length} delay levels; name 1 to {MaxCount}, such as '1s 5s 1m'.";
            return false;
        }

        var delays = new TimeSpan[words.Length];
        for (int index = 0; index < words.Length; index++)
        {
            if (!TryParseDelay(words[index], out delays[index]))
            {
                problem = $"The delay level '{words[index]}' is no number from 1 to 999999 and a unit (s, m, h, d).";
                return false;
            }
        }

        problem = null;
        levels = new DelayLevels(delays);
        return true;
    }

    /// <summary>The level itself, or the highest when there are fewer.</summary>
    public int Clamp(int level) => Math.Min(level, Count);

    /// <summary>How long a message of a level waits; levels above the highest wait as long as it does.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The level is below 1.</exception>
    public TimeSpan DelayOf(int level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(level, 1);
        return _delays[Clamp(level) - 1];
    }

    private static bool TryParseDelay(string word, out TimeSpan delay)
    {
        delay = default;
        TimeSpan unit = word[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        };
        ReadOnlySpan<char> digits = word.AsSpan(0, word.Length - 1);
        bool isNumber = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count);
        if (unit == TimeSpan.Zero || !isNumber || count is < 1 or > 999_999)
            return false;

        delay = count * unit;
        return true;
    }
}
