using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Broker.Metadata;

/// <summary>
/// A file of metadata and the backup of its previous content (<c>name.bak</c>), as RocketMQ keeps them. Not
/// thread-safe.
/// </summary>
/// <param name="files">Where the files are.</param>
/// <param name="name">The name of the main file.</param>
public sealed class MetadataFile(IMetadataFiles files, string name)
{
    private bool _isMainIntact;

    /// <summary>Turns a file's content into a state, or says what is wrong with it. Never throws.</summary>
    public delegate bool Decoder<T>(
        ReadOnlySpan<byte> content, [NotNullWhen(true)] out T? state, [NotNullWhen(false)] out string? problem)
        where T : class;

    /// <summary>The name of the file that holds the previous content.</summary>
    public string BackupName => name + ".bak";

    /// <summary>Reads the main file, or the backup when the main file is missing or damaged.</summary>
    public MetadataLoad<T> Load<T>(Decoder<T> decode)
        where T : class
    {
        byte[]? main = files.TryRead(name);
        string? problem = null;
        if (main is not null && decode(main, out T? state, out problem))
        {
            _isMainIntact = true;
            return new MetadataLoad<T>(MetadataSource.Main, state, null);
        }

        _isMainIntact = false;
        problem = main is null ? $"'{name}' is missing." : $"'{name}' is damaged: {problem}";
        byte[]? backup = files.TryRead(BackupName);
        if (backup is null)
        {
            return main is null
                ? new MetadataLoad<T>(MetadataSource.Nothing, null, null)
                : new MetadataLoad<T>(MetadataSource.Damaged, null, $"{problem} There is no '{BackupName}'.");
        }

        return decode(backup, out state, out string? backupProblem)
            ? new(MetadataSource.Backup, state, $"{problem} The previous content was read from '{BackupName}'.")
            : new(MetadataSource.Damaged, null, $"{problem} '{BackupName}' is damaged too: {backupProblem}");
    }

    /// <summary>
    /// Replaces the main file and keeps what it held as the backup, unless that was damaged: a good backup is never
    /// overwritten with bad content.
    /// </summary>
    public void Save(ReadOnlySpan<byte> content)
    {
        if (_isMainIntact && files.TryRead(name) is { } previous)
            files.Replace(BackupName, previous);
        files.Replace(name, content);
        _isMainIntact = true;
    }
}
