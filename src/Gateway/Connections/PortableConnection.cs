using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using OrleansMq.Gateway.Listeners;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Connections;

/// <summary>
/// A connection on the sockets of .NET: for TLS, and for everything where there is no <see cref="EpollLoop"/>. A read
/// loop hands frames over; writes from other threads are sent at once, those of the read loop at the end of its batch.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The end of RunAsync gives everything back.")]
internal sealed class PortableConnection : Connection
{
    /// <summary>The first byte of a TLS hello; no frame begins with it.</summary>
    public const byte TlsHandshakeByte = 0x16;

    /// <summary>The most that one send takes, so that a slow reader's progress is seen.</summary>
    private const int SendBytes = 64 * 1024;

    /// <summary>How long a closed connection may take to send what is left.</summary>
    private const long CloseMilliseconds = 1000;

    private readonly Socket _socket;
    private readonly ReceiveBuffer _received;
    private readonly SemaphoreSlim _goOn = new(0);
    private readonly Func<bool> _handOverReceived;
    private OutputBuffer _sending = new();
    private Stream _stream;
    private long _closedAt;
    private bool _isSending;
    private bool _isInBatch;
    private bool _isSocketDone;

    public PortableConnection(ListenerContext context, Socket socket, long id)
        : base(context, id, (IPEndPoint)socket.RemoteEndPoint!)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: false);
        _received = new ReceiveBuffer(context.Budget);
        _handOverReceived = HandOverReceived;
    }

    /// <inheritdoc/>
    public override bool IsEncrypted => _stream is SslStream;

    /// <summary>Serves the connection until it is closed; never fails.</summary>
    internal async Task RunAsync()
    {
        bool isAnnounced = false;
        try
        {
            if (await OpenAsync().ConfigureAwait(false))
            {
                isAnnounced = true;
                Context.LogConnected(Id, RemoteEndPoint);
                if (RunBatch(Announce))
                    await ReadAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            Close(exception is IOException or SocketException or ObjectDisposedException
                ? "its peer is gone"
                : $"it failed with {exception.GetType().Name}");
        }

        Close("its peer closed it");
        await FinishAsync(isAnnounced).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    internal override void Check(long now)
    {
        CheckTime(now);
        if (!IsClosed)
            return;
        if (_closedAt == 0)
            _closedAt = now;
        else if (now - _closedAt > CloseMilliseconds)
            EndSocket();
    }

    private protected override void Schedule()
    {
        bool mustSend = false;
        bool mustEnd = false;
        lock (Gate)
        {
            if (!_isInBatch && !_isSending && !_isSocketDone)
            {
                mustSend = _isSending = Output.Length > 0;
                mustEnd = !mustSend && IsClosed;
            }
        }

        if (mustSend)
            _ = SendAsync();
        if (mustEnd)
            EndSocket();
        else if (!mustSend && !IsClosed && IsDrained())
            Close("the gateway stops");
        if (IsPaused && _goOn.CurrentCount == 0)
            _goOn.Release();
    }

    private protected override int CountOutputBytes() => Output.Length + _sending.Length;

    private protected override void Release()
    {
        base.Release();
        lock (Gate)
            _sending.Dispose();
    }

    /// <summary>Finds out whether the peer speaks TLS, and does its handshake.</summary>
    private async Task<bool> OpenAsync()
    {
        byte[] first = new byte[1];
        int count = await _socket.ReceiveAsync(first, SocketFlags.Peek).ConfigureAwait(false);
        if (count == 0)
            return false;
        if (first[0] == TlsHandshakeByte)
            return await HandshakeAsync().ConfigureAwait(false);
        if (!Context.Options.TlsRequired)
            return true;
        Context.ReportPlainRefused(this);
        Close("it speaks without TLS");
        return false;
    }

    private async Task<bool> HandshakeAsync()
    {
        if (Context.Tls is null)
        {
            Context.ReportTlsWithoutCertificate(this);
            Close("it speaks TLS and there is no certificate");
            return false;
        }

        Timing.HandshakeStarted(Environment.TickCount64);
        var stream = new SslStream(_stream);
        try
        {
            await stream.AuthenticateAsServerAsync(Context.Tls).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            Context.ReportHandshakeFailed(this, exception.Message);
            Close("its TLS handshake failed");
            await stream.DisposeAsync().ConfigureAwait(false);
            return false;
        }

        _stream = stream;
        Timing.HandshakeFinished();
        return true;
    }

    private async Task ReadAsync()
    {
        while (!IsClosed)
        {
            // Without a buffer, so that an idle connection holds none.
            if (_received.Length == 0)
                await _stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            Memory<byte> room = _received.GetRoomForFrame();
            if (room.IsEmpty)
            {
                Context.ReportBudgetExceeded(this);
                Close("unfinished frames take too much memory");
                return;
            }

            int count = await _stream.ReadAsync(room).ConfigureAwait(false);
            if (count == 0)
                return;
            Timing.Received(Environment.TickCount64);
            if (IsDraining)
                continue;
            _received.Advance(count);
            while (RunBatch(_handOverReceived))
                await WaitWhilePausedAsync().ConfigureAwait(false);
            await WaitWhilePausedAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Hands over what was received; true when whole frames may be left.</summary>
    private bool HandOverReceived()
    {
        int consumed = HandOver(_received.Bytes, out bool isInterrupted);
        _received.Consume(consumed);
        if (consumed > 0)
            Context.EndBatch();
        return isInterrupted && !IsClosed && !IsDraining;
    }

    /// <summary>Calls the handler and sends only afterwards what it wrote.</summary>
    private bool RunBatch(Func<bool> batch)
    {
        lock (Gate)
            _isInBatch = true;
        bool result = batch();
        lock (Gate)
            _isInBatch = false;
        Schedule();
        return result;
    }

    private async Task WaitWhilePausedAsync()
    {
        UpdatePause();
        while (IsPaused && !IsClosed)
        {
            await _goOn.WaitAsync().ConfigureAwait(false);
            UpdatePause();
        }
    }

    private async Task SendAsync()
    {
        try
        {
            while (TryTakeOutput(out ReadOnlyMemory<byte> bytes))
            {
                await _stream.WriteAsync(bytes).ConfigureAwait(false);
                NoteSent(bytes.Length);
            }
        }
        catch (Exception)
        {
            lock (Gate)
            {
                _isSending = false;
                _sending.Clear();
                Output.Clear();
                UpdateOutputBytes();
            }

            Close("its peer is gone");
        }

        Schedule();
        if (IsClosed)
            _goOn.Release();
    }

    private bool TryTakeOutput(out ReadOnlyMemory<byte> bytes)
    {
        lock (Gate)
        {
            if (_sending.Length == 0)
                (_sending, Output) = (Output, _sending);
            bytes = _sending.WrittenMemory[..Math.Min(_sending.Length, SendBytes)];
            _isSending = bytes.Length > 0 && !IsReleased;
            if (_isSending)
                Timing.Sent(Environment.TickCount64, 0, bytes.Length);
            return _isSending;
        }
    }

    private void NoteSent(int count)
    {
        lock (Gate)
        {
            _sending.Consume(count);
            UpdateOutputBytes();
            Timing.Sent(Environment.TickCount64, count, OutputBytes);
        }

        if (IsPaused && _goOn.CurrentCount == 0)
            _goOn.Release();
    }

    /// <summary>Makes reads and writes that are under way come back.</summary>
    private void EndSocket()
    {
        lock (Gate)
        {
            if (_isSocketDone)
                return;
            _isSocketDone = true;
        }

        _socket.Dispose();
        _goOn.Release();
    }

    private async Task FinishAsync(bool isAnnounced)
    {
        // The sender may be at the last answers; it, or the watch over time-outs, ends the socket.
        while (!IsSocketIdle())
            await _goOn.WaitAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _received.Clear();
        Release();
        Context.Leave();
        if (!isAnnounced)
            return;
        Context.LogClosed(Id, RemoteEndPoint, CloseReason!);
        AnnounceClosed();
    }

    private bool IsSocketIdle()
    {
        lock (Gate)
            return _isSocketDone && !_isSending;
    }
}
