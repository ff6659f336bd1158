using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.Versioning;
using OrleansMq.Gateway.Connections;

namespace OrleansMq.Gateway.Listeners;

/// <summary>
/// A thread that serves many connections: it waits until some are ready, receives once from each, hands all whole
/// frames over, ends the batch with the handler, and sends what was written. After some work it looks for more for a
/// short while before it sleeps; with nothing to do it wakes once a second, and without connections never.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class EpollLoop : IDisposable
{
    /// <summary>The most that one receive takes, so that a busy connection does not keep the others waiting.</summary>
    public const int ReceiveBytes = 256 * 1024;

    private const long NotDraining = long.MaxValue;

    private readonly ListenerContext _context;
    private readonly EpollSet _set = new();
    private readonly Thread _thread;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<EpollConnection> _incoming = new();
    private readonly List<EpollConnection?> _slots = [];
    private readonly Stack<int> _freeSlots = new();
    private readonly List<EpollConnection> _attention = [];
    private readonly List<EpollConnection> _interrupted = [];
    private readonly long _spinTicks;
    private long _drainUntil = NotDraining;
    private long _nextSweep;
    private int _sleeping;
    private int _count;
    private bool _isActive;
    private bool _hasHandedOver;
    private bool _isDraining;

    public EpollLoop(ListenerContext context, int index)
    {
        _context = context;
        _spinTicks = Environment.ProcessorCount == 1
            ? 0
            : (long)(context.Options.SpinTime.TotalSeconds * Stopwatch.Frequency);
        _thread = new Thread(Run) { IsBackground = true, Name = $"omq-gateway-{index}" };
    }

    /// <summary>
    /// Where connections receive to: twice <see cref="ReceiveBytes"/>, the first half for what is left of an unfinished
    /// frame. For the loop's thread.
    /// </summary>
    public byte[] Scratch { get; } = GC.AllocateUninitializedArray<byte>(2 * ReceiveBytes, pinned: true);

    /// <summary>Completes when the loop has ended and all its connections are closed; faults if it failed.</summary>
    public Task Completion => _completion.Task;

    /// <summary>How many connections were closed with work outstanding when the loop ended.</summary>
    public int Unfinished { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>Makes the loop attend to a connection, at the end of the batch or soon. Any thread.</summary>
    public void Schedule(EpollConnection connection)
    {
        if (Environment.CurrentManagedThreadId == _thread.ManagedThreadId)
        {
            _attention.Add(connection);
            return;
        }

        _incoming.Enqueue(connection);
        if (!WakeBatch.TryDefer(this))
            WakeIfAsleep();
    }

    /// <summary>Wakes the loop for what was scheduled. Any thread.</summary>
    public void WakeIfAsleep()
    {
        // A full barrier: either this thread sees the loop asleep, or the loop sees the connection before it sleeps.
        if (Interlocked.CompareExchange(ref _sleeping, 0, 1) == 1)
            _set.Wake();
    }

    /// <summary>Lets started requests finish until a time of the tick count, and ends then. Any thread.</summary>
    public void Drain(long until)
    {
        Interlocked.Exchange(ref _drainUntil, until);
        _set.Wake();
    }

    /// <summary>Remembers a connection that still has whole frames which could not be handed over.</summary>
    public void AddInterrupted(EpollConnection connection) => _interrupted.Add(connection);

    /// <summary>Notes that the handler was called.</summary>
    public void NoteHandedOver() => _hasHandedOver = true;

    /// <summary>Begins to wait for a connection's bytes.</summary>
    public void Register(EpollConnection connection)
    {
        int slot = _freeSlots.Count > 0 ? _freeSlots.Peek() : _slots.Count;
        try
        {
            _set.Control(EpollNative.Add, connection.FileDescriptor, EpollNative.Readable, slot);
        }
        catch (Win32Exception exception)
        {
            _context.ReportAcceptFailed(exception.Message);
            connection.Abandon();
            return;
        }

        if (!_freeSlots.TryPop(out _))
            _slots.Add(null);
        _slots[slot] = connection;
        connection.Slot = slot;
        _count++;
        if (_isDraining)
            connection.Drain();
    }

    /// <summary>Waits for something else of a connection.</summary>
    public void ChangeInterest(EpollConnection connection, uint interest) =>
        _set.Control(EpollNative.Modify, connection.FileDescriptor, interest, connection.Slot);

    /// <summary>Forgets a connection, whose socket is still open.</summary>
    public void Unregister(EpollConnection connection)
    {
        _set.Control(EpollNative.Delete, connection.FileDescriptor, 0, connection.Slot);
        _slots[connection.Slot] = null;
        _freeSlots.Push(connection.Slot);
        _count--;
    }

    /// <summary>Closes what the kernel holds. After <see cref="Completion"/>.</summary>
    public void Dispose() => _set.Dispose();

    private void Run()
    {
        try
        {
            do
                RunBatch(Wait());
            while (!_isDraining || _count > 0 || !_incoming.IsEmpty);
            _completion.SetResult();
        }
        catch (Exception exception)
        {
            _context.LogLoopFailed(exception);
            CloseAll();
            _completion.SetException(exception);
        }
    }

    private void RunBatch(int ready)
    {
        _isActive = ready > 0;
        for (int index = 0; index < ready; index++)
        {
            int tag = _set.GetTag(index);
            if (tag == EpollSet.WakeTag)
                _set.ClearWake();
            else
                _slots[tag]?.OnReady(_set.GetEvents(index));
        }

        Continue();
        TakeIncoming();
        Sweep();
        if (_hasHandedOver)
        {
            _hasHandedOver = false;
            _context.EndBatch();
        }

        Attend();
    }

    private int Wait()
    {
        if (_attention.Count > 0 || _interrupted.Count > 0)
            return _set.Wait(0);
        if (_isActive && _spinTicks > 0)
        {
            long end = Stopwatch.GetTimestamp() + _spinTicks;
            do
            {
                int ready = _set.Wait(0);
                if (ready > 0 || !_incoming.IsEmpty)
                    return ready;
            }
            while (Stopwatch.GetTimestamp() < end);
        }

        Interlocked.Exchange(ref _sleeping, 1);
        int found = _set.Wait(_incoming.IsEmpty ? SleepMilliseconds() : 0);
        Volatile.Write(ref _sleeping, 0);
        return found;
    }

    private int SleepMilliseconds()
    {
        if (_isDraining)
            return (int)Math.Clamp(_drainUntil - Environment.TickCount64, 0, _context.SweepMilliseconds);
        return _count == 0 ? Timeout.Infinite : _context.SweepMilliseconds;
    }

    private void Continue()
    {
        // A connection that is interrupted again comes into the list anew and waits for the next batch.
        int count = _interrupted.Count;
        for (int index = 0; index < count; index++)
            _interrupted[index].Continue();
        _interrupted.RemoveRange(0, count);
    }

    private void TakeIncoming()
    {
        // No more than are there now: what other threads keep adding must not hold up the batch.
        for (int left = _incoming.Count; left > 0 && _incoming.TryDequeue(out EpollConnection? connection); left--)
        {
            _isActive = true;
            if (connection.Slot == EpollConnection.NoSlot && !connection.IsGone)
                Register(connection);
            _attention.Add(connection);
        }
    }

    private void Sweep()
    {
        long now = Environment.TickCount64;
        long drainUntil = Volatile.Read(ref _drainUntil);
        bool mustDrain = drainUntil != NotDraining && !_isDraining;
        bool mustClose = now >= drainUntil;
        if (now < _nextSweep && !mustDrain && !mustClose)
            return;

        _nextSweep = now + _context.SweepMilliseconds;
        _isDraining |= mustDrain;
        foreach (EpollConnection? connection in _slots)
        {
            if (connection is null)
                continue;
            connection.CheckTime(now);
            if (mustDrain)
                connection.Drain();
            if (mustClose && !connection.IsClosed)
            {
                Unfinished++;
                connection.Close("the gateway stops");
            }
        }
    }

    private void Attend()
    {
        // The list grows when one connection's end makes the handler write to another.
        for (int index = 0; index < _attention.Count; index++)
            _attention[index].Attend();
        _attention.Clear();
    }

    private void CloseAll()
    {
        foreach (EpollConnection? connection in _slots)
            connection?.Abandon();
        while (_incoming.TryDequeue(out EpollConnection? connection))
            connection.Abandon();
    }
}
