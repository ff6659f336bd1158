namespace OrleansMq.Broker.Filters;

/// <summary>Where the value of a property stands in its block; a negative start when it is not there.</summary>
internal readonly record struct PropertySlice(int Start, int Length);

/// <summary>The message that a condition is evaluated for.</summary>
internal ref struct SqlMessage
{
    /// <summary>How many bytes of text are compared in a step.</summary>
    public const int BytesPerStep = 64;

    /// <summary>The message's properties.</summary>
    public ReadOnlySpan<byte> Properties;

    /// <summary>Where those stand that the condition names.</summary>
    public ReadOnlySpan<PropertySlice> Slices;

    /// <summary>The work that was done: parts that were evaluated, and texts that were compared.</summary>
    public int Steps;

    /// <summary>Counts an operation that compares texts.</summary>
    /// <param name="bytes">How many bytes it has to look at, at most.</param>
    public void Count(long bytes) =>
        Steps = (int)Math.Min(int.MaxValue, Steps + 1 + (bytes / BytesPerStep));
}
