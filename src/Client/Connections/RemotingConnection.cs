using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Connections;

/// <summary>
/// A connection to a broker that carries many calls at a time; answers may come in any order. When it ends, all calls
/// without an answer fail and no new ones are taken. Thread-safe.
/// </summary>
public sealed class RemotingConnection : IAsyncDisposable, IThreadPoolWorkItem
{
    private const int IdleOutputBytes = 32 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, PendingCall> _pending = [];
    private readonly SemaphoreSlim _places;
    private readonly Stream _stream;
    private readonly string _peer;
    private readonly ClientOptions _options;
    private readonly Func<RemotingCommand, ValueTask<RemotingCommand?>>? _answerRequest;
    private readonly ITimer _timeouts;
    private readonly Task _receiving;
    private OutputBuffer _filling = new(IdleOutputBytes);
    private OutputBuffer _sending = new(IdleOutputBytes);
    private TaskCompletionSource? _room;
    private bool _isFlushing;
    private int _lastOpaque;
    private long _receivedAt;
    private string? _endReason;
    private Exception? _endCause;

    private RemotingConnection(
        Stream stream, string peer, ClientOptions options,
        Func<RemotingCommand, ValueTask<RemotingCommand?>>? answerRequest)
    {
        _stream = stream;
        _peer = peer;
        _options = options;
        _answerRequest = answerRequest;
        _places = new SemaphoreSlim(options.MaxPendingCalls);
        _timeouts = options.Time.CreateTimer(
            static state => ((RemotingConnection)state!).GiveUpLateCalls(), this, options.TimeoutCheckInterval,
            options.TimeoutCheckInterval);
        var receiver = new FrameReceiver(stream, options);
        _receiving = Task.Run(() => ReceiveAsync(receiver));
    }

    /// <summary>Whether calls can be made.</summary>
    public bool IsOpen => Volatile.Read(ref _endReason) is null;

    /// <summary>Completes when the connection has ended. Never fails.</summary>
    public Task Ended => _receiving;

    /// <summary>Calls without an answer so far.</summary>
    public int PendingCount
    {
        get
        {
            lock (_gate)
                return _pending.Count;
        }
    }

    /// <summary>Connects to a broker.</summary>
    /// <param name="endPoint">Where the broker listens.</param>
    /// <param name="options">Limits and time-outs; null for the defaults.</param>
    /// <param name="answerRequest">
    /// Takes the requests that the broker sends, on the receive loop: it must not block. Its result is sent back unless
    /// the request is one-way. Null: every request is answered with <see cref="ResponseCode.RequestCodeNotSupported"/>.
    /// </param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">The broker cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="ClientOptions.ConnectTimeout"/>.</exception>
    public static Task<RemotingConnection> ConnectAsync(
        IPEndPoint endPoint,
        ClientOptions? options = null,
        Func<RemotingCommand, ValueTask<RemotingCommand?>>? answerRequest = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var transport = new SocketTransport(endPoint.ToString());
        return ConnectAsync(transport, transport.Seeds[0], options, answerRequest, cancellation);
    }

    /// <summary>The same over any transport.</summary>
    public static async Task<RemotingConnection> ConnectAsync(
        IBrokerTransport transport,
        BrokerAddress broker,
        ClientOptions? options = null,
        Func<RemotingCommand, ValueTask<RemotingCommand?>>? answerRequest = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(broker);
        options ??= ClientOptions.Default;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.ConnectTimeout);
        try
        {
            Stream stream = await transport.ConnectAsync(broker, limit.Token).ConfigureAwait(false);
            return new RemotingConnection(stream, broker.ToString(), options, answerRequest);
        }
        catch (OperationCanceledException cause) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"No connection to {broker} within {options.ConnectTimeout.TotalMilliseconds:F0} ms.", cause);
        }
    }

    /// <summary>Sends a request and returns its answer, whatever the answer's code.</summary>
    /// <param name="request">The request; its opaque is chosen here. It is copied before the call first waits.</param>
    /// <param name="timeout">How long to wait for the answer.</param>
    /// <param name="cancellation">Gives up the call, not the request: the broker may still carry it out.</param>
    /// <exception cref="TimeoutException">No answer came in time.</exception>
    /// <exception cref="ConnectionLostException">The connection ended, now or before.</exception>
    public ValueTask<RemotingCommand> InvokeAsync(
        RemotingCommand request, TimeSpan timeout, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return InvokeAsync(request, WriteCommand, RemotingCommand.From, timeout, cancellation);
    }

    /// <summary>Sends a request that is not answered; completes when it waits for the socket.</summary>
    /// <exception cref="TimeoutException">
    /// The socket took nothing for <see cref="ClientOptions.RequestTimeout"/>.
    /// </exception>
    /// <exception cref="ConnectionLostException">The connection had ended.</exception>
    public ValueTask SendOneWayAsync(RemotingCommand request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Flag |= CommandFlags.OneWay;
        return SendOneWayAsync(request, WriteCommand, cancellation);
    }

    /// <summary>Ends the connection; calls without an answer fail.</summary>
    public async ValueTask DisposeAsync()
    {
        End("it was closed by this client", null);
        await _receiving.ConfigureAwait(false);
        await _timeouts.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>As the public method, for requests that are written, or read, without a command object.</summary>
    /// <param name="request">The request.</param>
    /// <param name="encode">Writes it.</param>
    /// <param name="read">Makes a value of the answer, on the receive loop; keeps nothing of it but copies.</param>
    /// <param name="timeout">How long to wait for the answer.</param>
    /// <param name="cancellation">Gives up the call.</param>
    /// <param name="isHeld">
    /// Whether the broker may hold the call for long: such calls take no place from others.
    /// </param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<TAnswer> InvokeAsync<TRequest, TAnswer>(
        TRequest request, CommandEncoder<TRequest> encode, Func<CommandReader, TAnswer> read, TimeSpan timeout,
        CancellationToken cancellation, bool isHeld = false)
    {
        PendingCall<TAnswer> call = PendingCall<TAnswer>.Rent(
            read, _options.Time.GetTimestamp(), DeadlineAfter(timeout));
        if (!isHeld && !await _places.WaitAsync(timeout, cancellation).ConfigureAwait(false))
            throw TimedOut(timeout);

        try
        {
            int opaque = await EnqueueAsync(request, encode, call, cancellation).ConfigureAwait(false);
            using CancellationTokenRegistration registration = cancellation.CanBeCanceled
                ? cancellation.Register(() => Cancel(opaque, cancellation))
                : default;
            return await call.Answered.ConfigureAwait(false);
        }
        finally
        {
            if (!isHeld)
                _places.Release();
        }
    }

    /// <summary>As the public method, for requests that are written without a command object.</summary>
    internal async ValueTask SendOneWayAsync<T>(T request, CommandEncoder<T> encode, CancellationToken cancellation) =>
        await EnqueueAsync(request, encode, null, cancellation).ConfigureAwait(false);

    private void Cancel(int opaque, CancellationToken cancellation)
    {
        PendingCall? call;
        lock (_gate)
            _pending.Remove(opaque, out call);
        call?.Fail(new OperationCanceledException(cancellation));
    }

    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    private static void WriteCommand(RemotingCommand request, int opaque, OutputBuffer output)
    {
        request.Opaque = opaque;
        request.WriteTo(output);
    }

    private async ValueTask<int> EnqueueAsync<T>(
        T request, CommandEncoder<T> encode, PendingCall? call, CancellationToken cancellation)
    {
        long deadline = call?.DeadlineTimestamp ?? DeadlineAfter(_options.RequestTimeout);
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_endReason is not null)
                    throw Lost();
                if (_filling.Length < _options.MaxOutputBytes)
                    return Enqueue(request, encode, call);

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            TimeSpan left = _options.Time.GetElapsedTime(_options.Time.GetTimestamp(), deadline);
            if (left <= TimeSpan.Zero)
                throw new TimeoutException(
                    $"The broker at {_peer} reads nothing, so that {_options.MaxOutputBytes} bytes wait for it.");
            await Task.WhenAny(room, Task.Delay(left, _options.Time, cancellation)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private int Enqueue<T>(T request, CommandEncoder<T> encode, PendingCall? call)
    {
        int opaque = ++_lastOpaque;
        Append(request, encode, opaque);
        if (call is not null)
            _pending.Add(opaque, call);
        ScheduleFlush();
        return opaque;
    }

    /// <summary>The flush waits for its turn on the pool and takes all that came by then with it.</summary>
    private void ScheduleFlush()
    {
        if (_isFlushing)
            return;

        _isFlushing = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Append<T>(T request, CommandEncoder<T> encode, int opaque)
    {
        int before = _filling.Length;
        try
        {
            encode(request, opaque, _filling);
        }
        catch
        {
            _filling.Truncate(before);
            throw;
        }

        int length = _filling.Length - before - FrameReader.PrefixBytes;
        if (length <= _options.MaxFrameBytes)
            return;

        _filling.Truncate(before);
        throw new ArgumentException(
            $"The request takes {length} bytes; at most {_options.MaxFrameBytes} fit into a frame.", nameof(request));
    }

    private async Task FlushAsync()
    {
        try
        {
            while (TryTakeOutput())
            {
                await _stream.WriteAsync(_sending.WrittenMemory).ConfigureAwait(false);
                _sending.Clear();
            }
        }
        catch (Exception cause) when (cause is IOException or SocketException or ObjectDisposedException)
        {
            End("its socket failed", cause);
        }
    }

    private bool TryTakeOutput()
    {
        lock (_gate)
        {
            if (_filling.Length == 0 || _endReason is not null)
            {
                _isFlushing = false;
                return false;
            }

            (_filling, _sending) = (_sending, _filling);
            _room?.SetResult();
            _room = null;
            return true;
        }
    }

    private async Task ReceiveAsync(FrameReceiver receiver)
    {
        try
        {
            while (await receiver.TryReceiveAsync().ConfigureAwait(false))
            {
                Volatile.Write(ref _receivedAt, _options.Time.GetTimestamp());
                while (receiver.TryRead())
                    Take(receiver.Command);
            }

            End("the broker closed it", null);
        }
        catch (Exception cause) when (cause is IOException or SocketException or ObjectDisposedException
            or InvalidDataException)
        {
            End(cause is InvalidDataException ? cause.Message : "its socket failed", cause);
        }
        finally
        {
            receiver.Dispose();
        }
    }

    private void Take(CommandReader command)
    {
        if (!command.IsResponse)
        {
            _ = AnswerAsync(RemotingCommand.From(command));
            return;
        }

        PendingCall? call;
        lock (_gate)
            _pending.Remove(command.Opaque, out call);

        // Without a call it is the answer to one that was given up.
        call?.Answer(command);
    }

    private async Task AnswerAsync(RemotingCommand request)
    {
        RemotingCommand? answer = await AnswerOfAsync(request).ConfigureAwait(false);
        if (answer is null || request.IsOneWay)
            return;

        answer.Flag |= CommandFlags.Response;
        lock (_gate)
        {
            // A broker that asks more than it reads gets no answers.
            if (_endReason is not null || _filling.Length >= _options.MaxOutputBytes)
                return;
            Append(answer, WriteCommand, request.Opaque);
            ScheduleFlush();
        }
    }

    private async ValueTask<RemotingCommand?> AnswerOfAsync(RemotingCommand request)
    {
        if (_answerRequest is null)
        {
            return Refusal(
                request, ResponseCode.RequestCodeNotSupported,
                $"This client does not know the request {request.Code}.");
        }

        try
        {
            return await _answerRequest(request).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            return Refusal(request, ResponseCode.SystemError, $"The client failed: {cause.Message}");
        }
    }

    private static RemotingCommand Refusal(RemotingCommand request, ResponseCode code, string problem) =>
        new() { Code = (int)code, Remark = problem, SerializeType = request.SerializeType };

    /// <summary>
    /// A broker from which nothing at all came since a late call was made is gone, though its socket does not say so.
    /// </summary>
    private void GiveUpLateCalls()
    {
        List<PendingCall>? late = null;
        lock (_gate)
        {
            long now = _options.Time.GetTimestamp();
            foreach ((int opaque, PendingCall call) in _pending)
            {
                if (call.DeadlineTimestamp > now)
                    continue;
                (late ??= []).Add(call);
                _pending.Remove(opaque);
            }
        }

        long receivedAt = Volatile.Read(ref _receivedAt);
        foreach (PendingCall call in late ?? [])
            call.Fail(new TimeoutException($"The broker at {_peer} did not answer in time."));
        if (late?.Any(call => call.MadeAt > receivedAt) == true)
            End("it answered nothing any more", null);
    }

    private void End(string reason, Exception? cause)
    {
        PendingCall[] failed;
        lock (_gate)
        {
            if (_endReason is not null)
                return;
            _endReason = reason;
            _endCause = cause;
            failed = [.. _pending.Values];
            _pending.Clear();
            _room?.SetResult();
            _room = null;
        }

        _timeouts.Dispose();
        _stream.Dispose();
        foreach (PendingCall call in failed)
            call.Fail(Lost());
    }

    private ConnectionLostException Lost() => new($"The connection to {_peer} has ended: {_endReason}.", _endCause);

    private TimeoutException TimedOut(TimeSpan timeout) => new(
        $"The {_options.MaxPendingCalls} calls that a connection may have are under way to {_peer}, and none ended " +
        $"within {timeout.TotalMilliseconds:F0} ms.");

    private long DeadlineAfter(TimeSpan timeout) =>
        _options.Time.GetTimestamp() + (long)(timeout.TotalSeconds * _options.Time.TimestampFrequency);
}
