using System.Buffers.Binary;
using System.Net;
using OrleansMq.Gateway.Listeners;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Connections;

/// <summary>
/// One peer: frames come from it through <see cref="IFrameHandler"/>, answers go to it through <see cref="Write"/>.
/// The members can be used by any thread.
/// </summary>
public abstract class Connection
{
    /// <summary>Guards the output and its swap.</summary>
    private protected readonly Lock Gate = new();

    private readonly int _resumeAt;
    private int _inFlight;
    private int _closed;
    private int _draining;
    private volatile bool _isPaused;
    private volatile int _outputBytes;

    private protected Connection(ListenerContext context, long id, IPEndPoint remoteEndPoint)
    {
        Context = context;
        Id = id;
        RemoteEndPoint = remoteEndPoint;
        RemoteHost = HostAddress.From(remoteEndPoint);
        int limit = context.Options.MaxInFlightPerConnection;
        _resumeAt = limit - Math.Max(1, limit / 4);
        Timing = new ConnectionTiming(context);
    }

    /// <summary>The connection's number, unique within the listener and never used again.</summary>
    public long Id { get; }

    /// <summary>The peer's address and port.</summary>
    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>The peer's address and port as a record stores it.</summary>
    public HostAddress RemoteHost { get; }

    /// <summary>Whether the bytes travel under TLS.</summary>
    public abstract bool IsEncrypted { get; }

    /// <summary>Whether the connection is closed or about to be; what is written from now on is thrown away.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Why the connection was closed; null while it is open.</summary>
    public string? CloseReason { get; private set; }

    /// <summary>Requests started and not finished.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Bytes written that the peer's side has not taken yet.</summary>
    public int OutputBytes => _outputBytes;

    /// <summary>Whatever the handler wants to keep with the connection.</summary>
    public object? State { get; set; }

    /// <summary>Whether requests or answers are outstanding.</summary>
    internal bool IsUnfinished => InFlight > 0 || OutputBytes > 0;

    /// <summary>What the connection's loop knows of its progress. For the connection's loop only.</summary>
    internal ConnectionTiming Timing { get; }

    private protected ListenerContext Context { get; }

    /// <summary>What is written and not sent. Under <see cref="Gate"/>.</summary>
    private protected OutputBuffer Output { get; set; } = new();

    /// <summary>Whether the connection is gone and its output with it. Under <see cref="Gate"/>.</summary>
    private protected bool IsReleased { get; set; }

    /// <summary>Whether nothing more is read because too much is outstanding.</summary>
    private protected bool IsPaused => _isPaused;

    /// <summary>Whether the listener stops: what comes in is thrown away, what was started is still answered.</summary>
    private protected bool IsDraining => Volatile.Read(ref _draining) != 0;

    /// <summary>Whether another frame may be handed over.</summary>
    private protected bool MayHandOver =>
        !IsClosed && !IsDraining && InFlight < Context.Options.MaxInFlightPerConnection &&
        _outputBytes < Context.Options.MaxOutputBytesPerConnection;

    /// <summary>
    /// Begins to write: <c>using (connection.Write(out OutputBuffer output)) { ... }</c>. Disposing the lease hands
    /// what was written over for sending, together with the batch when it is the loop's thread that writes.
    /// </summary>
    public OutputLease Write(out OutputBuffer output)
    {
        Gate.Enter();
        output = Output;
        return new OutputLease(this);
    }

    /// <summary>Counts a request whose answer comes later.</summary>
    public void RequestStarted() => Interlocked.Increment(ref _inFlight);

    /// <summary>Takes back one <see cref="RequestStarted"/>; to be called after the answer is written.</summary>
    public void RequestFinished()
    {
        int left = Interlocked.Decrement(ref _inFlight);
        if ((_isPaused && left <= _resumeAt) || (left == 0 && IsDraining))
            Schedule();
    }

    /// <summary>Closes the connection soon; what is written goes out first, as far as the peer takes it.</summary>
    /// <param name="reason">Why, for the log: half a sentence without payload.</param>
    public void Close(string reason)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        CloseReason = reason;
        Schedule();
    }

    /// <inheritdoc/>
    public override string ToString() => $"connection {Id} from {RemoteEndPoint}";

    /// <summary>Ends the writing that <see cref="Write"/> began.</summary>
    internal void EndWrite()
    {
        bool isTooMuch = false;
        if (IsReleased)
        {
            Output.Dispose();
        }
        else
        {
            UpdateOutputBytes();
            isTooMuch = _outputBytes / 2 >= Context.Options.MaxOutputBytesPerConnection;
        }

        Gate.Exit();
        if (isTooMuch)
            Close("its reader is too slow for its answers");
        Schedule();
    }

    /// <summary>Stops handing over frames; the connection closes itself once all requests are answered.</summary>
    internal void Drain()
    {
        Interlocked.Exchange(ref _draining, 1);
        Schedule();
    }

    /// <summary>Looks after the time-outs of a connection without a loop.</summary>
    internal virtual void Check(long now) => CheckTime(now);

    /// <summary>Closes the connection if it is overdue. For the connection's loop only.</summary>
    internal void CheckTime(long now)
    {
        if (!IsClosed && Timing.Overdue(now, _isPaused) is { } reason)
        {
            Context.ReportOverdue(this, reason);
            Close(reason);
        }
    }

    /// <summary>Makes the connection's loop attend to it: send, read on, or close.</summary>
    private protected abstract void Schedule();

    /// <summary>How many bytes are written and not sent. Under <see cref="Gate"/>.</summary>
    private protected virtual int CountOutputBytes() => Output.Length;

    /// <summary>Publishes how much output waits. Under <see cref="Gate"/>.</summary>
    private protected void UpdateOutputBytes() => _outputBytes = CountOutputBytes();

    /// <summary>Gives the output back for good.</summary>
    private protected virtual void Release()
    {
        lock (Gate)
        {
            IsReleased = true;
            Output.Dispose();
        }
    }

    /// <summary>Decides anew whether the connection is read. For the connection's loop only.</summary>
    private protected void UpdatePause()
    {
        if (!_isPaused && !MayHandOver)
        {
            _isPaused = true;
            // An answer that another thread finished just before it could see the pause must not be missed.
            Interlocked.MemoryBarrier();
        }

        if (_isPaused && InFlight <= _resumeAt && _outputBytes <= Context.Options.MaxOutputBytesPerConnection / 2)
            _isPaused = false;
    }

    /// <summary>Whether a draining connection has nothing left to do.</summary>
    private protected bool IsDrained() => IsDraining && InFlight <= 0 && _outputBytes == 0;

    /// <summary>Tells the handler of the connection; false when that failed and the connection is closed.</summary>
    private protected bool Announce()
    {
        try
        {
            Context.Handler.OnConnected(this);
            return true;
        }
        catch (Exception exception)
        {
            Context.ReportHandlerFailure(this, exception);
            Close("the handler failed");
            return false;
        }
    }

    /// <summary>Tells the handler that an announced connection is gone.</summary>
    private protected void AnnounceClosed()
    {
        try
        {
            Context.Handler.OnClosed(this);
        }
        catch (Exception exception)
        {
            Context.ReportHandlerFailure(this, exception);
        }
    }

    /// <summary>
    /// Hands over the whole frames in <paramref name="bytes"/>, until one is incomplete or bad, or too much is
    /// outstanding.
    /// </summary>
    /// <returns>How many bytes are done with; the rest must come again, with what follows it.</returns>
    private protected int HandOver(ReadOnlyMemory<byte> bytes, out bool isInterrupted)
    {
        int consumed = 0;
        isInterrupted = false;
        try
        {
            while (consumed < bytes.Length)
            {
                if (!MayHandOver)
                {
                    isInterrupted = true;
                    break;
                }

                FrameStatus status = FrameReader.TryRead(
                    bytes.Span[consumed..], Context.Options.MaxFrameBytes, out int frameLength);
                if (status == FrameStatus.NeedMore)
                    break;
                if (status != FrameStatus.Complete)
                {
                    RefuseFrame(status, bytes.Span[consumed..]);
                    break;
                }

                int start = consumed + FrameReader.PrefixBytes;
                consumed = start + frameLength;
                Context.Handler.OnFrame(this, bytes.Slice(start, frameLength));
            }
        }
        catch (Exception exception)
        {
            Context.ReportHandlerFailure(this, exception);
            Close("the handler failed");
        }

        Timing.HandedOver(Environment.TickCount64, consumed, bytes.Length - consumed, isInterrupted);
        return consumed;
    }

    private void RefuseFrame(FrameStatus status, ReadOnlySpan<byte> bytes)
    {
        int length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        Context.ReportBadFrame(this, length, status);
        Close("it sent a bad frame");
    }
}
