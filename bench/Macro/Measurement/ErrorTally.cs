using OrleansMq.Bench.Macro.Frames;

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>Counts answers that are errors, by their text.</summary>
internal sealed class ErrorTally
{
    private const int MaxTexts = 20;
    private const string OtherText = "(further texts)";

    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>All errors.</summary>
    public long Count { get; private set; }

    /// <summary>How often each text came.</summary>
    public IReadOnlyDictionary<string, long> Texts => _counts;

    public void Add(Answer answer)
    {
        Count++;
        string text = _counts.Count < MaxTexts ? $"{answer.Code}: {answer.Remark}" : OtherText;
        _counts[text] = _counts.GetValueOrDefault(text) + 1;
    }
}
