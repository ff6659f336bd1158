namespace OrleansMq.Broker.Delays;

/// <summary>
/// How many waiting records lie in each file of the log, so that the lowest is known without looking at all of them.
/// Not thread-safe.
/// </summary>
internal sealed class RecordCounts(long fileBytes)
{
    private readonly SortedDictionary<long, int> _files = [];

    /// <summary>Where the first file with a waiting record begins; <see cref="long.MaxValue"/> without one.</summary>
    public long LowestFile
    {
        get
        {
            foreach (long file in _files.Keys)
                return file * fileBytes;
            return long.MaxValue;
        }
    }

    /// <summary>Takes in that a record waits.</summary>
    public void Add(long physicalOffset)
    {
        long file = physicalOffset / fileBytes;
        _files[file] = _files.GetValueOrDefault(file) + 1;
    }

    /// <summary>Takes in that a record does not wait any more.</summary>
    public void Remove(long physicalOffset)
    {
        long file = physicalOffset / fileBytes;
        int left = _files.GetValueOrDefault(file) - 1;
        if (left > 0)
            _files[file] = left;
        else
            _files.Remove(file);
    }
}
