using System.Runtime.CompilerServices;

namespace OrleansMq.Client;

/// <summary>Collects what is wrong with some options, so that one message names all of it. Not thread-safe.</summary>
internal sealed class OptionCheck
{
    private readonly List<string> _problems = [];

    /// <summary>The value is 1 or more.</summary>
    public OptionCheck AtLeastOne(long value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Require(value >= 1, $"{name} is {value}; 1 or more is expected.");

    /// <summary>The time is more than zero.</summary>
    public OptionCheck Positive(TimeSpan value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Require(value > TimeSpan.Zero, $"{name} is {value}; more than zero is expected.");

    /// <summary>The time is zero or more.</summary>
    public OptionCheck NotNegative(TimeSpan value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Require(value >= TimeSpan.Zero, $"{name} is {value}; zero or more is expected.");

    /// <summary>The text says something.</summary>
    public OptionCheck NotEmpty(
        string? value, string expected, [CallerArgumentExpression(nameof(value))] string name = "") =>
        Require(!string.IsNullOrWhiteSpace(value), $"{name} is empty; {expected} is expected.");

    /// <summary>Something else holds.</summary>
    public OptionCheck Require(bool holds, string problem)
    {
        if (!holds)
            _problems.Add(problem);
        return this;
    }

    /// <summary>Ends the check.</summary>
    /// <param name="whose">Whose options they are.</param>
    /// <exception cref="ArgumentException">Some are wrong.</exception>
    public void ThrowIfAny(string whose)
    {
        if (_problems.Count > 0)
            throw new ArgumentException($"The {whose}'s options are wrong. {string.Join(' ', _problems)}");
    }
}
