using OrleansMq.Tunnels;

namespace OrleansMq.Client.Orleans;

/// <summary>The client's side of a tunnel. One reader and one writer at a time.</summary>
internal sealed class TunnelStream(ITunnelGrain grain, long tunnel, string broker, OrleansTransportOptions options)
    : Stream
{
    private readonly GrainCalls _calls = new(options);
    private readonly CancellationTokenSource _ended = new();
    private readonly string _what = $"The connection to the broker '{broker}' is lost";
    private ReadOnlyMemory<byte> _chunk;
    private Task<TunnelChunk>? _reading;
    private long _read;
    private long _written;
    private bool _isAtEnd;
    private int _closed;
    private volatile IOException? _failure;
    private volatile bool _isDisposed;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_chunk.IsEmpty || _isDisposed)
            return ReadNextAsync(buffer, cancellationToken);
        return new ValueTask<int>(Take(buffer));
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            ReadOnlyMemory<byte> piece = buffer[..Math.Min(buffer.Length, options.MaxChunkBytes)];
            buffer = buffer[piece.Length..];

            // The caller may use its buffer again while a call that was given up is still on its way.
            await WritePieceAsync(piece.ToArray(), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            Close(null);
        }

        base.Dispose(disposing);
    }

    private int Take(Memory<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _chunk.Length);
        _chunk.Span[..count].CopyTo(buffer.Span);
        _chunk = _chunk[count..];
        return count;
    }

    private async ValueTask<int> ReadNextAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (_chunk.IsEmpty)
        {
            ThrowIfEnded();
            if (_isAtEnd)
                return 0;
            _reading ??= BeginRead();
            TunnelChunk chunk = await CallAsync(_reading, cancellation).ConfigureAwait(false);
            _reading = null;
            _isAtEnd = chunk.Status == TunnelStatus.Closed;
            if (_isAtEnd)
                continue;
            if (chunk.Status != TunnelStatus.Open)
                throw Fail(chunk.Problem);
            _chunk = chunk.Bytes;
            _read += chunk.Bytes.Length;

            // On its way while the caller is at work with these.
            if (!chunk.Bytes.IsEmpty)
                _reading = BeginRead();
        }

        return Take(buffer);
    }

    private Task<TunnelChunk> BeginRead() =>
        grain.Read(new TunnelRead(tunnel, _read, options.MaxChunkBytes, options.Hold));

    private async Task WritePieceAsync(byte[] piece, CancellationToken cancellation)
    {
        ThrowIfEnded();
        TunnelReply reply = await CallWriteAsync(piece, cancellation).ConfigureAwait(false);
        _written += piece.Length;
        while (reply.Status == TunnelStatus.Busy)
            reply = await CallWriteAsync(default, cancellation).ConfigureAwait(false);
        if (reply.Status == TunnelStatus.Closed)
            throw new IOException($"{_what}: {reply.Problem}");
        if (reply.Status != TunnelStatus.Open)
            throw Fail(reply.Problem);
    }

    private async Task<TunnelReply> CallWriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        try
        {
            var write = new TunnelWrite(tunnel, _written, piece, options.Hold);
            return await CallAsync(grain.Write(write), cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Whether the bytes went is unknown, so that nothing may follow them.
            throw Fail("a write was cancelled");
        }
    }

    /// <summary>Waits for a call; one that fails ends the stream.</summary>
    private async Task<T> CallAsync<T>(Task<T> call, CancellationToken cancellation)
    {
        using CancellationTokenSource? linked = cancellation.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token)
            : null;
        try
        {
            return await _calls.WaitAsync(call, options.Hold, _what, linked?.Token ?? _ended.Token)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            ThrowIfEnded();
            throw;
        }
        catch (IOException cause)
        {
            Close(cause);
            throw;
        }
    }

    private void ThrowIfEnded()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_failure is { } failure)
            throw new IOException(failure.Message, failure);
    }

    private IOException Fail(string? problem)
    {
        var failure = new IOException($"{_what}: {problem}");
        Close(failure);
        return failure;
    }

    private void Close(IOException? failure)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        _failure = failure;
        _ = _ended.CancelAsync();
        GrainCalls.Forget(grain.Close(tunnel));
        if (_reading is { } reading)
            GrainCalls.Forget(reading);
    }
}
