using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using OrleansMq.Gateway.Listeners;

namespace OrleansMq.Gateway.Connections;

/// <summary>
/// A plain connection on an <see cref="EpollLoop"/>. Receives into the loop's scratch array and keeps only what is left
/// of an unfinished frame, so that an idle connection holds no receive buffer. Everything that is not said otherwise
/// happens on the loop's thread, and the socket is closed there only, at the end of a batch.
/// </summary>
[SupportedOSPlatform("linux")]
[SuppressMessage("Design", "CA1001", Justification = "Its loop closes the socket at the end of a batch.")]
internal sealed unsafe class EpollConnection : Connection
{
    /// <summary>The <see cref="Slot"/> of a connection that its loop does not know yet, or no more.</summary>
    public const int NoSlot = -1;

    private readonly EpollLoop _loop;
    private readonly Socket _socket;
    private readonly Action<Socket, long> _startTls;
    private readonly ReceiveBuffer _received;
    private uint _interest = EpollNative.Readable;
    private int _scheduled;
    private bool _isAnnounced;
    private bool _isInterrupted;
    private bool _isQueued;
    private volatile bool _isGone;

    public EpollConnection(
        ListenerContext context, EpollLoop loop, Socket socket, long id, Action<Socket, long> startTls)
        : base(context, id, (IPEndPoint)socket.RemoteEndPoint!)
    {
        _loop = loop;
        _socket = socket;
        _startTls = startTls;
        _received = new ReceiveBuffer(context.Budget);
        FileDescriptor = (int)socket.SafeHandle.DangerousGetHandle();
    }

    /// <inheritdoc/>
    public override bool IsEncrypted => false;

    /// <summary>The socket, valid until the connection is gone.</summary>
    internal int FileDescriptor { get; }

    /// <summary>The connection's place in its loop.</summary>
    internal int Slot { get; set; } = NoSlot;

    /// <summary>Whether the socket is closed or handed on.</summary>
    internal bool IsGone => _isGone;

    /// <summary>Hands the new connection to its loop. Any thread, once.</summary>
    internal void Start() => Schedule();

    /// <summary>Takes note of what the kernel reports of the socket.</summary>
    internal void OnReady(uint events)
    {
        if (IsClosed)
            return;
        if ((events & EpollNative.Writable) != 0)
            Schedule();
        if ((events & (EpollNative.Error | EpollNative.HangUp)) != 0 && IsPaused)
            Close("its peer is gone");
        else if ((events & ~EpollNative.Writable) != 0 && !_isInterrupted && (_isAnnounced || IsSpoken()))
            Receive();
    }

    /// <summary>Hands over frames that are here already, after an interruption.</summary>
    internal void Continue()
    {
        _isInterrupted = _isQueued = false;
        if (!IsGone && !IsClosed)
            HandOverHeld(0);
    }

    /// <summary>Does what is due at the end of a batch: send, read on or not, or close.</summary>
    internal void Attend()
    {
        // Before the work: what is scheduled from here on is attended to again.
        Interlocked.Exchange(ref _scheduled, 0);
        if (IsGone)
            return;
        Flush();
        if (!IsClosed && IsDrained())
            Close("the gateway stops");
        if (IsClosed)
        {
            TearDown();
            return;
        }

        UpdatePause();
        if (_isInterrupted && !_isQueued && !IsPaused)
        {
            _isQueued = true;
            _loop.AddInterrupted(this);
        }

        uint interest = (IsPaused ? 0 : EpollNative.Readable) | (OutputBytes > 0 ? EpollNative.Writable : 0);
        if (interest != _interest)
        {
            _loop.ChangeInterest(this, interest);
            _interest = interest;
        }
    }

    /// <summary>Closes the connection because its loop has failed.</summary>
    internal void Abandon()
    {
        Close("its loop failed");
        Dispose();
    }

    private protected override void Schedule()
    {
        if (!IsGone && Interlocked.Exchange(ref _scheduled, 1) == 0)
            _loop.Schedule(this);
    }

    /// <summary>Looks at the first byte: TLS goes another way. False when there is nothing to receive here.</summary>
    private bool IsSpoken()
    {
        byte first;
        nint count = EpollNative.Receive(FileDescriptor, &first, 1, EpollNative.PeekFlag);
        if (count <= 0)
        {
            CloseUnlessRetried(count);
            return false;
        }

        if (first == PortableConnection.TlsHandshakeByte)
        {
            if (Context.Tls is null)
            {
                Context.ReportTlsWithoutCertificate(this);
                Close("it speaks TLS and there is no certificate");
            }
            else
            {
                HandOnToTls();
            }

            return false;
        }

        if (Context.Options.TlsRequired)
        {
            Context.ReportPlainRefused(this);
            Close("it speaks without TLS");
            return false;
        }

        _isAnnounced = true;
        _loop.NoteHandedOver();
        Context.LogConnected(Id, RemoteEndPoint);
        return Announce();
    }

    private void HandOnToTls()
    {
        _loop.Unregister(this);
        _isGone = true;
        Release();
        _startTls(_socket, Id);
    }

    private void Receive()
    {
        int held = _received.Length;
        bool isLarge = held > EpollLoop.ReceiveBytes;
        Memory<byte> room = isLarge ? _received.GetRoomForFrame() : _loop.Scratch.AsMemory(held);
        if (room.IsEmpty)
        {
            CloseOverBudget();
            return;
        }

        nint count;
        fixed (byte* pointer = room.Span)
            count = EpollNative.Receive(
                FileDescriptor, pointer, Math.Min(room.Length, EpollLoop.ReceiveBytes), 0);
        if (count <= 0)
        {
            CloseUnlessRetried(count);
            return;
        }

        Timing.Received(Environment.TickCount64);
        if (IsDraining)
            return;
        if (isLarge)
            HandOverHeld((int)count);
        else
            HandOverScratch((int)count);
    }

    private void HandOverHeld(int count)
    {
        _received.Advance(count);
        int consumed = HandOver(_received.Bytes, out bool isInterrupted);
        _received.Consume(consumed);
        NoteHandedOver(consumed, isInterrupted);
    }

    private void HandOverScratch(int count)
    {
        count += _received.MoveTo(_loop.Scratch);
        ReadOnlyMemory<byte> bytes = _loop.Scratch.AsMemory(0, count);
        int consumed = HandOver(bytes, out bool isInterrupted);
        if (consumed < count && !IsClosed && !_received.TryAppend(bytes.Span[consumed..]))
            CloseOverBudget();
        NoteHandedOver(consumed, isInterrupted);
    }

    private void NoteHandedOver(int consumed, bool isInterrupted)
    {
        if (consumed > 0)
            _loop.NoteHandedOver();
        _isInterrupted = isInterrupted;
        // The end of the batch decides whether reading stops, and when it goes on.
        if (isInterrupted || !MayHandOver)
            Schedule();
    }

    private void CloseOverBudget()
    {
        Context.ReportBudgetExceeded(this);
        Close("unfinished frames take too much memory");
    }

    /// <summary>Closes the connection after a receive without bytes, unless there will be some later.</summary>
    private void CloseUnlessRetried(nint count)
    {
        if (count == 0)
            Close("its peer closed it");
        else if (Marshal.GetLastPInvokeError() is not (EpollNative.WouldBlock or EpollNative.Interrupted))
            Close("its peer is gone");
    }

    private void Flush()
    {
        // Whoever holds the gate schedules the connection again when it lets go.
        if (!Gate.TryEnter())
            return;
        try
        {
            int length = Output.Length;
            if (length == 0)
                return;
            nint count;
            fixed (byte* pointer = Output.WrittenSpan)
                count = EpollNative.Send(FileDescriptor, pointer, length, EpollNative.NoSignalFlag);
            if (count < 0)
            {
                if (Marshal.GetLastPInvokeError() is not (EpollNative.WouldBlock or EpollNative.Interrupted))
                    Close("its peer is gone");
                count = 0;
            }

            Output.Consume((int)count);
            UpdateOutputBytes();
            Timing.Sent(Environment.TickCount64, (int)count, Output.Length);
        }
        finally
        {
            Gate.Exit();
        }
    }

    private void TearDown()
    {
        _loop.Unregister(this);
        Dispose();
    }

    private void Dispose()
    {
        if (IsGone)
            return;
        _isGone = true;
        Slot = NoSlot;
        _received.Clear();
        Release();
        _socket.Dispose();
        Context.Leave();
        if (!_isAnnounced)
            return;
        Context.LogClosed(Id, RemoteEndPoint, CloseReason!);
        AnnounceClosed();
    }
}
