namespace OrleansMq.Bench.Macro.Sockets;

/// <summary>A timer of the kernel that goes off at an even pace, finer than epoll's milliseconds.</summary>
internal sealed unsafe class Pacer : IDisposable
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    public Pacer(int perSecond)
    {
        FileDescriptor = LinuxCalls.TimerCreate(LinuxCalls.MonotonicClock, LinuxCalls.TimerNonBlocking);
        LinuxCalls.ThrowIfFailed(FileDescriptor, "timerfd_create");
        long interval = NanosecondsPerSecond / perSecond;
        (long seconds, long nanoseconds) = Math.DivRem(interval, NanosecondsPerSecond);
        long* setting = stackalloc long[] { seconds, nanoseconds, seconds, nanoseconds };
        LinuxCalls.ThrowIfFailed(LinuxCalls.TimerSet(FileDescriptor, 0, setting, null), "timerfd_settime");
    }

    public int FileDescriptor { get; }

    /// <summary>How often it went off since the last call.</summary>
    public long Take()
    {
        long count;
        return LinuxCalls.Read(FileDescriptor, (byte*)&count, sizeof(long)) == sizeof(long) ? count : 0;
    }

    public void Dispose() => LinuxCalls.Close(FileDescriptor);
}
