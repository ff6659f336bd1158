using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.KeyValues;

/// <summary>
/// The shell around <see cref="KeyValueTable"/> in one process: one change at a time, each on disk before it takes
/// effect. Thread-safe.
/// </summary>
public sealed class KeyValueCatalog
{
    private readonly Lock _lock = new();
    private readonly MetadataFile _file;
    private readonly KeyValueOptions _options;
    private volatile KeyValueTable _table;

    internal KeyValueCatalog(KeyValueTable table, MetadataFile file, KeyValueOptions options)
    {
        _table = table;
        _file = file;
        _options = options;
    }

    /// <summary>The settings as of now.</summary>
    public KeyValueTable Table => _table;

    /// <summary>Sets a value, or removes it if it is null; the text is why it does not.</summary>
    public string? Set(string space, string key, string? value)
    {
        lock (_lock)
        {
            string? problem = null;
            KeyValueTable changed = value is null
                ? _table.Delete(space, key)
                : _table.Put(space, key, value, _options, out problem);
            Save(changed);
            return problem;
        }
    }

    /// <summary>Removes values that nobody needs any more.</summary>
    public void Prune(Func<KeyValueTable, KeyValueTable> prune)
    {
        lock (_lock)
            Save(prune(_table));
    }

    private void Save(KeyValueTable changed)
    {
        if (changed == _table)
            return;

        _file.Save(KeyValuesFile.Encode(changed));
        _table = changed;
    }
}
