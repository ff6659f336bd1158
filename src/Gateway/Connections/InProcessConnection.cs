using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using OrleansMq.Gateway.Listeners;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Connections;

/// <summary>
/// A connection without a socket. The peer's writes hand their frames over on the peer's own thread, straight from its
/// buffer, and its reads copy straight out of the output: there is nothing in between that would hold bytes, and no
/// thread that would have to be woken to handle a request.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Finish gives everything back.")]
internal sealed class InProcessConnection : Connection, IThreadPoolWorkItem
{
    /// <summary>The most that is handed over before the batch ends and its answers are shown.</summary>
    private const int BatchBytes = 256 * 1024;

    /// <summary>How long a closed connection's peer may take to read what is left.</summary>
    private const long CloseMilliseconds = 1000;

    /// <summary>The peer has no address of its own.</summary>
    private static readonly IPEndPoint s_here = new(IPAddress.Loopback, 0);

    private readonly ReceiveBuffer _received;
    private readonly ConnectionSignal _readable = new();
    private readonly ConnectionSignal _writable = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OutputBuffer _taking = new();
    private long _closedAt;
    private int _isWriting;
    private bool _isTaking;
    private bool _isPeerGone;
    private bool _isOverdue;
    private bool _isFinishing;

    /// <summary>Whether the handler is called right now. Changes under the gate.</summary>
    private volatile bool _isInBatch = true;

    /// <summary>Makes a connection that hands nothing over, and stays, until it is opened.</summary>
    public InProcessConnection(ListenerContext context, long id)
        : base(context, id, s_here) => _received = new ReceiveBuffer(context.Budget);

    /// <inheritdoc/>
    public override bool IsEncrypted => false;

    /// <summary>Completes when the handler has been told that the connection is closed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Tells the handler of the connection and lets the peer write.</summary>
    public void Open()
    {
        Context.LogConnected(Id, RemoteEndPoint);
        Announce();
        Attend(isBatchOver: true);
    }

    /// <summary>The peer writes. Completes when all whole frames are handed over.</summary>
    /// <exception cref="IOException">The gateway has closed the connection.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        if (Interlocked.Exchange(ref _isWriting, 1) != 0)
            throw new InvalidOperationException("Somebody writes to the stream already.");
        try
        {
            if (!TryHandOver(ref bytes))
                return WriteRestAsync(bytes, cancellation);
        }
        catch
        {
            Volatile.Write(ref _isWriting, 0);
            throw;
        }

        Volatile.Write(ref _isWriting, 0);
        return ValueTask.CompletedTask;
    }

    /// <summary>The peer reads; 0 when the connection is closed and all is read.</summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellation);
        return TryTake(buffer.Span, out int count) ? new ValueTask<int>(count) : ReadLaterAsync(buffer, cancellation);
    }

    /// <summary>The peer is gone; nobody reads what is left.</summary>
    public void PeerClosed()
    {
        lock (Gate)
            _isPeerGone = true;
        Close("its peer closed it");
        Schedule();
    }

    /// <inheritdoc/>
    internal override void Check(long now)
    {
        CheckTime(now);
        if (!IsClosed)
            return;
        if (_closedAt == 0)
            _closedAt = now;
        if (now - _closedAt <= CloseMilliseconds)
            return;
        lock (Gate)
            _isOverdue = true;
        Schedule();
    }

    private protected override void Schedule()
    {
        // The end of the batch attends to everything that happened until then.
        if (!_isInBatch)
            Attend(isBatchOver: false);
    }

    private protected override int CountOutputBytes() => Output.Length + _taking.Length;

    private protected override void Release()
    {
        base.Release();
        lock (Gate)
            _taking.Dispose();
    }

    /// <summary>Ends the connection on a thread that holds no locks, as those who close one may.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        _received.Clear();
        Release();
        Context.Leave();
        Context.LogClosed(Id, RemoteEndPoint, CloseReason!);
        AnnounceClosed();
        _readable.Set();
        _writable.Set();
        _ended.SetResult();
    }

    private void Attend(bool isBatchOver)
    {
        bool isReadable;
        bool isFinished;
        lock (Gate)
        {
            if (isBatchOver)
                _isInBatch = false;
            else if (_isInBatch)
                return;
            int left = IsReleased ? 0 : CountOutputBytes();
            if (left > 0)
                Timing.Sent(Environment.TickCount64, 0, left);
            isReadable = left > 0 || IsClosed;
            isFinished = IsClosed && !_isFinishing && !_isTaking && (left == 0 || _isPeerGone || _isOverdue);
            _isFinishing |= isFinished;
        }

        if (isReadable)
            _readable.Set();
        if (IsPaused || IsClosed)
            _writable.Set();
        if (isFinished)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        else if (!IsClosed && IsDrained())
            Close("the gateway stops");
    }

    /// <summary>Takes output; false when the peer must wait for some.</summary>
    private bool TryTake(Span<byte> buffer, out int count)
    {
        count = 0;
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isPeerGone, typeof(InProcessStream));
            if (_isTaking)
                throw new InvalidOperationException("Somebody reads from the stream already.");
            if (IsReleased)
                return true;
            if (_taking.Length == 0)
                (_taking, Output) = (Output, _taking);
            if (_taking.Length == 0)
                return IsClosed && !_isInBatch;
            if (buffer.IsEmpty)
                return true;
            _isTaking = true;
        }

        // What is taken from is nobody else's, so that those who write meanwhile need not wait for the copy.
        count = Math.Min(buffer.Length, _taking.Length);
        _taking.WrittenSpan[..count].CopyTo(buffer);
        lock (Gate)
        {
            _taking.Consume(count);
            UpdateOutputBytes();
            Timing.Sent(Environment.TickCount64, count, OutputBytes);
            _isTaking = false;
        }

        if (IsPaused || IsClosed || IsDraining)
            Schedule();
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadLaterAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        int count;
        do
            await _readable.WaitAsync(cancellation).ConfigureAwait(false);
        while (!TryTake(buffer.Span, out count));
        return count;
    }

    private async ValueTask WriteRestAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            do
            {
                await _writable.WaitAsync(cancellation).ConfigureAwait(false);
                UpdatePause();
            }
            while ((IsPaused && !IsClosed) || !TryHandOver(ref bytes));
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }

    /// <summary>
    /// Hands over whole frames and keeps what is left; false when the rest must wait. What comes to a gateway that
    /// stops is thrown away, as what lies in a socket would be.
    /// </summary>
    private bool TryHandOver(ref ReadOnlyMemory<byte> bytes)
    {
        bool isInterrupted;
        do
        {
            lock (Gate)
            {
                ObjectDisposedException.ThrowIf(_isPeerGone, typeof(InProcessStream));
                if (IsClosed)
                    throw new IOException($"The broker has closed the connection: {CloseReason}.");
                _isInBatch = true;
            }

            Timing.Received(Environment.TickCount64);
            isInterrupted = !IsDraining && HandOverBatch(ref bytes);
            UpdatePause();
            Attend(isBatchOver: true);
            if (IsDraining || IsClosed)
                return true;
        }
        while (isInterrupted ? !IsPaused : !bytes.IsEmpty);
        return !isInterrupted;
    }

    /// <summary>Hands over a batch; true when whole frames must wait.</summary>
    private bool HandOverBatch(ref ReadOnlyMemory<byte> bytes)
    {
        if (_received.Length > 0)
            return HandOverCompleted(ref bytes);

        ReadOnlyMemory<byte> piece = bytes[..Math.Min(bytes.Length, BatchBytes)];
        int consumed = HandOver(piece, out bool isInterrupted);
        if (consumed == 0 && !isInterrupted && !IsClosed && piece.Length < bytes.Length)
            consumed = HandOver(bytes, out isInterrupted);
        bytes = bytes[consumed..];
        if (consumed > 0)
            Context.EndBatch();
        else if (!isInterrupted && !IsClosed && !bytes.IsEmpty)
            Keep(ref bytes, bytes.Length);
        return isInterrupted;
    }

    /// <summary>Goes on with a frame that began in an earlier write.</summary>
    private bool HandOverCompleted(ref ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> begun = _received.Bytes.Span;
        int whole = FrameReader.PrefixBytes;
        if (begun.Length >= FrameReader.PrefixBytes)
            whole += BinaryPrimitives.ReadInt32BigEndian(begun);
        Keep(ref bytes, Math.Min(bytes.Length, Math.Max(0, whole - begun.Length)));
        if (IsClosed)
            return false;

        int consumed = HandOver(_received.Bytes, out bool isInterrupted);
        _received.Consume(consumed);
        if (consumed > 0)
            Context.EndBatch();
        return isInterrupted;
    }

    private void Keep(ref ReadOnlyMemory<byte> bytes, int count)
    {
        while (count > 0)
        {
            Span<byte> room = _received.GetRoomForFrame().Span;
            if (room.IsEmpty)
            {
                Context.ReportBudgetExceeded(this);
                Close("unfinished frames take too much memory");
                return;
            }

            int step = Math.Min(count, room.Length);
            bytes.Span[..step].CopyTo(room);
            _received.Advance(step);
            bytes = bytes[step..];
            count -= step;
        }
    }
}
