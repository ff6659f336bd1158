using System.ComponentModel;
using System.Runtime.InteropServices;

namespace OrleansMq.Bench.Macro.Sockets;

/// <summary>The calls of Linux that the load generator is made of; names and numbers are the kernel's.</summary>
internal static unsafe partial class LinuxCalls
{
    public const int EpollAdd = 1;
    public const int EpollModify = 3;
    public const uint EpollReadable = 0x001;
    public const uint EpollWritable = 0x004;

    public const int Interrupted = 4;
    public const int WouldBlock = 11;

    public const int DoNotWaitFlag = 0x0040;
    public const int NoSignalFlag = 0x4000;

    public const int MonotonicClock = 1;
    public const int TimerNonBlocking = 0x800;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int fileDescriptor, byte* epollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int maxEvents, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int socket, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    public static partial int TimerCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    public static partial int TimerSet(int timer, int flags, long* intervalAndFirst, long* previous);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fileDescriptor, byte* buffer, nint length);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int SyncData(int fileDescriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial void Close(int fileDescriptor);

    /// <summary>Throws what the last call reported if its result says that it failed.</summary>
    public static void ThrowIfFailed(nint result, string call)
    {
        if (result < 0)
            throw new Win32Exception(
                Marshal.GetLastPInvokeError(), $"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
