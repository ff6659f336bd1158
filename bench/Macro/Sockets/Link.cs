using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Sockets;

/// <summary>
/// A connection to the broker and the request frames it may send. Each frame is on its way at most once at a time; a
/// row of frames that lie behind each other is sent in one call.
/// </summary>
internal sealed unsafe class Link : IDisposable
{
    private readonly Socket _socket;
    private readonly (int Start, int End)[] _runs;
    private readonly long[] _sentAt;
    private byte* _received;
    private int _capacity;
    private int _parsed;
    private int _filled;
    private int _firstRun;
    private int _runCount;

    /// <summary>Connects.</summary>
    /// <param name="index">Tells links apart.</param>
    /// <param name="broker">Whom to connect to.</param>
    /// <param name="frames">What it sends; may be shared with other links unless frames are patched.</param>
    /// <param name="receiveBytes">How much it takes at once; grows with the longest answer.</param>
    public Link(int index, IPEndPoint broker, FrameSet frames, int receiveBytes)
    {
        Index = index;
        Frames = frames;
        _runs = new (int, int)[frames.Count];
        _sentAt = new long[frames.Count];
        _capacity = receiveBytes;
        _received = (byte*)NativeMemory.Alloc((nuint)receiveBytes);
        _socket = new Socket(broker.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(broker);
        FileDescriptor = (int)_socket.Handle;
    }

    public int Index { get; }

    public FrameSet Frames { get; }

    public int FileDescriptor { get; }

    /// <summary>Whether the kernel's buffer was full and there is more to send.</summary>
    public bool IsBlocked => _runCount > 0;

    /// <summary>Whether the loop waits for room in the kernel's buffer.</summary>
    public bool IsWaitingToWrite { get; set; }

    /// <summary>When the request in a slot was handed over, in ticks of the stopwatch.</summary>
    public long SentAt(int slot) => _sentAt[slot];

    /// <summary>Queues a frame; <see cref="Flush"/> sends it.</summary>
    public void Enqueue(int slot, long now)
    {
        _sentAt[slot] = now;
        (int Start, int End) run = (Frames.StartOf(slot), Frames.StartOf(slot + 1));
        if (_runCount > 0)
        {
            ref (int Start, int End) last = ref _runs[(_firstRun + _runCount - 1) % _runs.Length];
            if (last.End == run.Start)
            {
                last.End = run.End;
                return;
            }
        }

        _runs[(_firstRun + _runCount) % _runs.Length] = run;
        _runCount++;
    }

    /// <summary>Sends as much of what is queued as the kernel takes.</summary>
    public void Flush()
    {
        while (_runCount > 0)
        {
            ref (int Start, int End) run = ref _runs[_firstRun];
            nint sent = LinuxCalls.Send(
                FileDescriptor, Frames.Bytes + run.Start, run.End - run.Start,
                LinuxCalls.DoNotWaitFlag | LinuxCalls.NoSignalFlag);
            if (sent < 0 && Marshal.GetLastPInvokeError() is LinuxCalls.WouldBlock or LinuxCalls.Interrupted)
                return;
            LinuxCalls.ThrowIfFailed(sent, "send");
            run.Start += (int)sent;
            if (run.Start < run.End)
                return;
            _firstRun = (_firstRun + 1) % _runs.Length;
            _runCount--;
        }
    }

    /// <summary>Takes what the kernel has, up to the buffer's size.</summary>
    /// <exception cref="EndOfStreamException">The broker closed the connection.</exception>
    public void Receive()
    {
        MakeRoom();
        nint count = LinuxCalls.Receive(
            FileDescriptor, _received + _filled, _capacity - _filled, LinuxCalls.DoNotWaitFlag);
        if (count < 0 && Marshal.GetLastPInvokeError() is LinuxCalls.WouldBlock or LinuxCalls.Interrupted)
            return;
        LinuxCalls.ThrowIfFailed(count, "recv");
        if (count == 0)
            throw new EndOfStreamException($"The broker closed connection {Index}.");
        _filled += (int)count;
    }

    /// <summary>Takes the next whole answer out of what was received. It is valid until the next receive.</summary>
    /// <exception cref="InvalidDataException">What came is no frame.</exception>
    public bool TryTake(out Answer answer)
    {
        var rest = new ReadOnlySpan<byte>(_received + _parsed, _filled - _parsed);
        FrameStatus status = FrameReader.TryRead(rest, FrameReader.DefaultMaxFrameBytes, out int length);
        if (status == FrameStatus.Complete)
        {
            answer = new Answer(rest[..(FrameReader.PrefixBytes + length)]);
            _parsed += FrameReader.PrefixBytes + length;
            return true;
        }

        if (status != FrameStatus.NeedMore)
            throw new InvalidDataException($"The broker sent a frame that is {status}.");
        answer = default;
        return false;
    }

    public void Dispose()
    {
        _socket.Dispose();
        NativeMemory.Free(_received);
        _received = null;
    }

    private void MakeRoom()
    {
        int left = _filled - _parsed;
        if (_parsed > 0 && (left == 0 || _filled > _capacity / 2))
        {
            Buffer.MemoryCopy(_received + _parsed, _received, _capacity, left);
            _parsed = 0;
            _filled = left;
        }

        if (_filled == _capacity)
        {
            _capacity *= 2;
            _received = (byte*)NativeMemory.Realloc(_received, (nuint)_capacity);
        }
    }
}
