namespace OrleansMq.Cli.Demo;

/// <summary>What a check found.</summary>
/// <param name="What">What was tried.</param>
internal sealed record CheckResult(string What)
{
    private const int MaxProblems = 10;

    /// <summary>Messages that were sent or received, whichever the check is about.</summary>
    public long Messages { get; set; }

    /// <summary>How fast it was.</summary>
    public string Measure { get; set; } = "";

    /// <summary>Acknowledged messages that did not come.</summary>
    public long Lost { get; set; }

    /// <summary>Messages that came behind a later one of their producer.</summary>
    public long OutOfOrder { get; set; }

    /// <summary>What was expected and what happened instead; the first few of it.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Whether all was as expected.</summary>
    public bool IsOk => Problems.Count == 0;

    /// <summary>Notes a problem.</summary>
    public void Fail(string problem)
    {
        lock (Problems)
        {
            if (Problems.Count < MaxProblems)
                Problems.Add(problem);
        }
    }

    /// <summary>Notes a problem unless both are equal.</summary>
    public void Expect<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            Fail($"{what}: expected {expected}, got {actual}");
    }
}
