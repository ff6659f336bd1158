using OrleansMq.Messages.Records;

namespace OrleansMq.Storage.Reading;

/// <summary>Decides which messages of a queue a reader gets. Thread-safe.</summary>
public interface IMessageFilter
{
    /// <summary>Whether a message whose tag has this hash may match; decides without reading the record.</summary>
    bool MatchesTagsCode(long tagsCode);

    /// <summary>How much work one read may cause before it ends where it is.</summary>
    int StepsPerRead => int.MaxValue;

    /// <summary>
    /// Whether a message matches whose tag may. The record is verified afterwards if it does: its properties may hold
    /// anything. Default: it matches.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="stepsLeft">What is left of <see cref="StepsPerRead"/>; may be overdrawn.</param>
    bool Matches(RecordView record, ref int stepsLeft) => true;
}
