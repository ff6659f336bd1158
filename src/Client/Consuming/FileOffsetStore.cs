using System.Collections.Concurrent;
using System.Text;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Consuming;

/// <summary>
/// Keeps offsets in a file for each group, in the form in which RocketMQ's brokers list them. A file is replaced as a
/// whole, so that it is never half written. One process at a time may use a directory. Thread-safe.
/// </summary>
public sealed class FileOffsetStore : IOffsetStore, IDisposable
{
    private readonly string _directory;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<string, Dictionary<MessageQueueKey, long>> _groups =
        new(StringComparer.Ordinal);

    /// <summary>Makes a store.</summary>
    /// <param name="directory">Where the files lie; created when something is to be written.</param>
    public FileOffsetStore(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        _directory = directory;
    }

    /// <inheritdoc/>
    public async ValueTask<long?> ReadAsync(string group, MessageQueueKey queue, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Dictionary<MessageQueueKey, long> offsets = await LoadAsync(group, cancellation).ConfigureAwait(false);
            return offsets.TryGetValue(queue, out long offset) ? offset : null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(
        string group, IReadOnlyDictionary<MessageQueueKey, long> offsets, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            Dictionary<MessageQueueKey, long> all = await LoadAsync(group, cancellation).ConfigureAwait(false);
            foreach ((MessageQueueKey queue, long offset) in offsets)
                all[queue] = offset;
            await SaveAsync(group, all, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<Dictionary<MessageQueueKey, long>> LoadAsync(string group, CancellationToken cancellation)
    {
        if (_groups.TryGetValue(group, out Dictionary<MessageQueueKey, long>? offsets))
            return offsets;

        offsets = [];
        string path = PathOf(group);
        if (File.Exists(path))
        {
            byte[] bytes = await File.ReadAllBytesAsync(path, cancellation).ConfigureAwait(false);
            if (!ResetOffsetBody.TryRead(bytes, out ResetOffsetBody? body, out string? problem))
                throw new IOException($"The offsets in '{path}' cannot be read: {problem} Correct or delete the file.");
            offsets = body.OffsetTable;
        }

        return _groups[group] = offsets;
    }

    private async Task SaveAsync(
        string group, Dictionary<MessageQueueKey, long> offsets, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_directory);
        string path = PathOf(group);
        string draft = path + ".new";
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        new ResetOffsetBody { OffsetTable = offsets }.WriteTo(output);
        var file = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None, 4_096, useAsync: true);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(output.WrittenMemory, cancellation).ConfigureAwait(false);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Groups may have characters in their names that files may not, such as % and |.</summary>
    private string PathOf(string group)
    {
        var name = new StringBuilder();
        foreach (byte character in Encoding.UTF8.GetBytes(group))
        {
            bool isPlain = char.IsAsciiLetterOrDigit((char)character) || character is (byte)'-' or (byte)'_';
            name.Append(isPlain ? ((char)character).ToString() : $"%{character:X2}");
        }

        return Path.Combine(_directory, name + ".offsets.json");
    }
}
