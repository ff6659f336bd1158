using OrleansMq.Gateway.Connections;
using OrleansMq.Tunnels;

namespace OrleansMq.Grains.Tunnels;

/// <summary>
/// A connection to the broker beside it whose bytes come and go by calls. Its work runs on the thread pool, not on the
/// grain's turns: what the broker does with a request is no part of a grain. Thread-safe.
/// </summary>
internal sealed class Tunnel(string broker, InProcessStream stream, TunnelLimits limits, TimeProvider time)
{
    private long _written;
    private long _read;
    private Task _writing = Task.CompletedTask;
    private Task<int>? _readable;
    private int _isWriting;
    private int _isReading;
    private long _lastReadAt = time.GetTimestamp();
    private volatile string? _problem;

    /// <summary>The broker's name.</summary>
    public string Broker => broker;

    /// <summary>For how long nobody has read.</summary>
    public TimeSpan Silence => Volatile.Read(ref _isReading) != 0
        ? TimeSpan.Zero
        : time.GetElapsedTime(Volatile.Read(ref _lastReadAt));

    /// <summary>Hands bytes to the broker.</summary>
    public async Task<TunnelReply> WriteAsync(TunnelWrite write)
    {
        if (Interlocked.Exchange(ref _isWriting, 1) != 0)
            return new TunnelReply(TunnelStatus.Broken, Break("two writes came at the same time"));
        try
        {
            if (_problem is not null)
                return new TunnelReply(TunnelStatus.Broken, _problem);
            if (write.Position != _written || (!write.Bytes.IsEmpty && !_writing.IsCompleted))
                return new TunnelReply(TunnelStatus.Broken, Break(OutOfStep("written", _written, write.Position)));
            if (!write.Bytes.IsEmpty)
            {
                _written += write.Bytes.Length;
                _writing = stream.WriteAsync(write.Bytes).AsTask();
            }

            if (!_writing.IsCompleted)
            {
                await _writing.WaitAsync(limits.Hold(write.Hold), time)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!_writing.IsCompleted)
                return new TunnelReply(TunnelStatus.Busy, null);
            await _writing.ConfigureAwait(false);
            return new TunnelReply(TunnelStatus.Open, null);
        }
        catch (Exception cause) when (cause is IOException or ObjectDisposedException)
        {
            // What the broker wrote before it closed is still to be read.
            return new TunnelReply(TunnelStatus.Closed, cause.Message);
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }

    /// <summary>Waits for bytes of the broker and takes them.</summary>
    public async Task<TunnelChunk> ReadAsync(TunnelRead read)
    {
        if (Interlocked.Exchange(ref _isReading, 1) != 0)
            return new TunnelChunk(TunnelStatus.Broken, default, Break("two reads came at the same time"));
        try
        {
            if (_problem is not null)
                return new TunnelChunk(TunnelStatus.Broken, default, _problem);
            return read.Position == _read
                ? await ReadNextAsync(read).ConfigureAwait(false)
                : new TunnelChunk(TunnelStatus.Broken, default, Break(OutOfStep("read", _read, read.Position)));
        }
        catch (Exception cause) when (cause is IOException or ObjectDisposedException)
        {
            return new TunnelChunk(TunnelStatus.Broken, default, _problem ?? cause.Message);
        }
        finally
        {
            Volatile.Write(ref _lastReadAt, time.GetTimestamp());
            Volatile.Write(ref _isReading, 0);
        }
    }

    /// <summary>Closes the connection; calls that are under way return.</summary>
    /// <returns>Why, for them.</returns>
    public string Break(string problem)
    {
        _problem ??= problem;
        stream.Dispose();
        return problem;
    }

    private static string OutOfStep(string what, long here, long there) =>
        $"{here} bytes were {what} and the call says {there}: one before it was lost";

    private async ValueTask<TunnelChunk> ReadNextAsync(TunnelRead read)
    {
        if (stream.Available == 0)
        {
            // One that is over told of bytes that were read since.
            if (_readable is null or { IsCompleted: true })
                _readable = stream.ReadAsync(Memory<byte>.Empty).AsTask();
            if (!_readable.IsCompleted)
            {
                await ((Task)_readable.WaitAsync(limits.Hold(read.Hold), time))
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!_readable.IsCompleted)
                return new TunnelChunk(TunnelStatus.Open, default, null);
            Task<int> readable = _readable;
            _readable = null;
            await readable.ConfigureAwait(false);
        }

        int count = Math.Min(stream.Available, limits.ChunkBytes(read.MaxBytes));
        byte[] bytes = GC.AllocateUninitializedArray<byte>(count);
        int filled = 0;
        for (int more = 1; filled < count && more > 0; filled += more)
            more = await stream.ReadAsync(bytes.AsMemory(filled)).ConfigureAwait(false);
        _read += filled;
        return filled == 0
            ? new TunnelChunk(TunnelStatus.Closed, default, "the broker closed the connection")
            : new TunnelChunk(TunnelStatus.Open, bytes.AsMemory(0, filled), null);
    }
}
