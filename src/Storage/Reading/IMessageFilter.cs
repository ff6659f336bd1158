using OrleansMq.Messages.Records;

namespace OrleansMq.Storage.Reading;

/// <summary>Decides which messages of a queue a reader gets. Thread-safe.</summary>
public interface IMessageFilter
{
    /// <summary>Whether a message whose tag has this hash may match; decides without reading the record.</summary>
    bool MatchesTagsCode(long tagsCode);

    /// <summary>Whether a message matches whose tag may; the record is verified. Default: it does.</summary>
    bool Matches(RecordView record) => true;
}
