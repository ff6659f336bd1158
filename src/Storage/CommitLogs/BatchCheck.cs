using OrleansMq.Messages.Records;

namespace OrleansMq.Storage.CommitLogs;

/// <summary>Looks through a batch before any of it is appended.</summary>
internal static class BatchCheck
{
    /// <summary>Bounds what a record takes besides body, properties and topic.</summary>
    private const int MaxFixedBytes = 160;

    /// <summary>Whether each message fits a record.</summary>
    /// <param name="items">The batch body, see <see cref="BatchItem"/>.</param>
    /// <param name="topicBytes">The length of the topic, which all of them share.</param>
    /// <param name="fileBytes">The length of a log file.</param>
    /// <param name="maxBytes">The most that all records take together.</param>
    public static AppendStatus Check(ReadOnlySpan<byte> items, int topicBytes, int fileBytes, out long maxBytes)
    {
        maxBytes = 0;
        if (items.IsEmpty)
            return AppendStatus.Malformed;

        int roomBytes = fileBytes - RecordLayout.BlankSizeBytes - MaxFixedBytes;
        while (BatchItem.TryRead(ref items, out BatchItem item))
        {
            int bytes = item.Body.Length + item.Properties.Length + topicBytes;
            if (item.Properties.Length > RecordEncoder.MaxPropertiesBytes || bytes > roomBytes)
                return AppendStatus.TooLarge;
            maxBytes += MaxFixedBytes + bytes;
        }

        return items.IsEmpty ? AppendStatus.Appended : AppendStatus.Malformed;
    }
}
