namespace OrleansMq.Client.Consuming.Queues;

/// <summary>
/// What all queues of a consumer hold together. Who found no room is let go on once a quarter is free. Thread-safe.
/// </summary>
internal sealed class PrefetchBudget(ConsumerOptions options)
{
    private readonly Lock _gate = new();
    private long _messages;
    private long _bytes;
    private TaskCompletionSource? _room;

    /// <summary>Messages that are held.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Takes room, more than there is if need be.</summary>
    public void Take(int messages, long bytes)
    {
        lock (_gate)
        {
            _messages += messages;
            _bytes += bytes;
        }
    }

    /// <summary>Gives room back.</summary>
    public void Give(int messages, long bytes)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _messages -= messages;
            _bytes -= bytes;
            if (_messages <= options.MaxMessages / 4 * 3 && _bytes <= options.MaxBytes / 4 * 3)
                (room, _room) = (_room, null);
        }

        room?.SetResult();
    }

    /// <summary>Completes when there is room.</summary>
    public Task WaitAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_messages < options.MaxMessages && _bytes < options.MaxBytes)
                return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(cancellation);
        }
    }
}
