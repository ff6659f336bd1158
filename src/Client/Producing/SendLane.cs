namespace OrleansMq.Client.Producing;

/// <summary>
/// Messages that are sent in their order, as many together as came while others were under way. With one batch under
/// way at a time the order holds on the broker too, whatever fails. Thread-safe.
/// </summary>
internal sealed class SendLane : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingSend> _waiting = new();
    private readonly ProducerOptions _options;
    private readonly int _maxUnderWay;
    private readonly Func<SendBatch, ValueTask> _deliver;
    private readonly ITimer? _linger;
    private long _waitingBytes;
    private int _underWay;
    private bool _isLingering;

    /// <summary>Makes a lane.</summary>
    /// <param name="options">Limits.</param>
    /// <param name="maxUnderWay">The most batches under way at a time.</param>
    /// <param name="deliver">Sends a batch and settles its messages. Never fails.</param>
    /// <param name="time">The clock.</param>
    public SendLane(ProducerOptions options, int maxUnderWay, Func<SendBatch, ValueTask> deliver, TimeProvider time)
    {
        _options = options;
        _maxUnderWay = maxUnderWay;
        _deliver = deliver;
        if (maxUnderWay > 1)
        {
            _linger = time.CreateTimer(
                static lane => ((SendLane)lane!).StopLingering(), this, Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Sends a message; returns before it is sent.</summary>
    public void Add(PendingSend message)
    {
        bool mustLinger = false;
        bool mustStart;
        lock (_gate)
        {
            _waiting.Enqueue(message);
            _waitingBytes += message.Bytes;
            mustStart = _underWay == 0 || (_underWay < _maxUnderWay && IsFull);
            if (mustStart)
                _underWay++;
            else if (_linger is not null && !_isLingering)
                mustLinger = _isLingering = true;
        }

        if (mustStart)
            _ = RunAsync();
        else if (mustLinger)
            _linger!.Change(_options.Linger, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public void Dispose() => _linger?.Dispose();

    private bool IsFull => _waiting.Count >= _options.MaxBatchMessages || _waitingBytes >= _options.MaxBatchBytes;

    /// <summary>What is under way takes long: what waits for it goes beside it.</summary>
    private void StopLingering()
    {
        lock (_gate)
        {
            _isLingering = false;
            if (_waiting.Count == 0 || _underWay >= _maxUnderWay)
                return;
            _underWay++;
        }

        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        var batch = new SendBatch();
        while (TryTake(batch))
            await _deliver(batch).ConfigureAwait(false);
    }

    private bool TryTake(SendBatch batch)
    {
        batch.Clear();
        lock (_gate)
        {
            while (_waiting.TryPeek(out PendingSend? next) && MayTake(batch, next))
            {
                batch.Add(_waiting.Dequeue());
                _waitingBytes -= next.Bytes;
                if (!batch.TakesMore)
                    break;
            }

            if (batch.Count == 0)
                _underWay--;
            return batch.Count > 0;
        }
    }

    private bool MayTake(SendBatch batch, PendingSend next) => batch.Count == 0
        || (!next.TravelsAlone && batch.Count < _options.MaxBatchMessages
            && batch.Bytes + next.Bytes <= _options.MaxBatchBytes);
}
