using System.Runtime.InteropServices;

namespace OrleansMq.Bench.Macro.Sockets;

/// <summary>An epoll instance, level-triggered, for one thread.</summary>
internal sealed unsafe class EpollSet : IDisposable
{
    private const int MaxEvents = 256;

    /// <summary>The kernel packs an event to 12 bytes on x86-64 and leaves it 16 elsewhere.</summary>
    private static readonly bool s_isPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static readonly int s_eventBytes = s_isPacked ? 12 : 16;
    private static readonly int s_tagAt = s_isPacked ? 4 : 8;

    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(MaxEvents * s_eventBytes));
    private readonly int _epoll;

    public EpollSet()
    {
        _epoll = LinuxCalls.EpollCreate(0);
        LinuxCalls.ThrowIfFailed(_epoll, "epoll_create1");
    }

    /// <summary>Adds a descriptor or changes what is waited for.</summary>
    public void Control(int operation, int fileDescriptor, uint interest, int tag)
    {
        byte* epollEvent = stackalloc byte[16];
        *(uint*)epollEvent = interest;
        *(int*)(epollEvent + s_tagAt) = tag;
        LinuxCalls.ThrowIfFailed(
            LinuxCalls.EpollControl(_epoll, operation, fileDescriptor, epollEvent), "epoll_ctl");
    }

    /// <summary>Waits for events and says how many there are.</summary>
    public int Wait(int timeoutMilliseconds)
    {
        int count = LinuxCalls.EpollWait(_epoll, _events, MaxEvents, timeoutMilliseconds);
        if (count < 0 && Marshal.GetLastPInvokeError() == LinuxCalls.Interrupted)
            return 0;
        LinuxCalls.ThrowIfFailed(count, "epoll_wait");
        return count;
    }

    public uint EventsAt(int index) => *(uint*)(_events + (index * s_eventBytes));

    public int TagAt(int index) => *(int*)(_events + (index * s_eventBytes) + s_tagAt);

    public void Dispose()
    {
        LinuxCalls.Close(_epoll);
        NativeMemory.Free(_events);
    }
}
