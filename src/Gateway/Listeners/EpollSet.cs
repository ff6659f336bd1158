using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace OrleansMq.Gateway.Listeners;

/// <summary>
/// An epoll instance, level-triggered, with an eventfd that wakes it. Only <see cref="Wake"/> may be called by other
/// threads than the one that waits.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class EpollSet : IDisposable
{
    /// <summary>What <see cref="GetTag"/> says of the eventfd.</summary>
    public const int WakeTag = -1;

    private const int MaxEvents = 256;
    private const uint TagOffsetPacked = 4;
    private const uint TagOffsetAligned = 8;

    /// <summary>The kernel packs an event to 12 bytes on x86-64 and leaves it 16 elsewhere.</summary>
    private static readonly bool s_isPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    private static readonly int s_eventBytes = s_isPacked ? 12 : 16;
    private static readonly uint s_tagOffset = s_isPacked ? TagOffsetPacked : TagOffsetAligned;

    private readonly Lock _wakeGate = new();
    private readonly byte* _events;
    private readonly int _epoll;
    private readonly int _wake;
    private bool _isDisposed;

    public EpollSet()
    {
        _epoll = EpollNative.EpollCreate(EpollNative.CloseOnExec);
        ThrowIfFailed(_epoll, "epoll_create1");
        _wake = EpollNative.EventCreate(0, EpollNative.CloseOnExec | EpollNative.NonBlocking);
        if (_wake < 0)
            EpollNative.Close(_epoll);
        ThrowIfFailed(_wake, "eventfd");
        _events = (byte*)NativeMemory.AllocZeroed((nuint)(MaxEvents * s_eventBytes));
        Control(EpollNative.Add, _wake, EpollNative.Readable, WakeTag);
    }

    /// <summary>Whether this machine has what it takes.</summary>
    [SupportedOSPlatformGuard("linux")]
    public static bool IsSupported =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Adds, changes or removes a socket.</summary>
    /// <param name="operation">Add, modify or delete of <see cref="EpollNative"/>.</param>
    /// <param name="fileDescriptor">The socket.</param>
    /// <param name="interest">What to wait for; errors and hang-ups are always reported.</param>
    /// <param name="tag">What <see cref="GetTag"/> gives back for it, not negative.</param>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public void Control(int operation, int fileDescriptor, uint interest, int tag)
    {
        byte* epollEvent = stackalloc byte[16];
        *(uint*)epollEvent = interest;
        Marshal.WriteInt64((nint)(epollEvent + s_tagOffset), tag);
        ThrowIfFailed(EpollNative.EpollControl(_epoll, operation, fileDescriptor, epollEvent), "epoll_ctl");
    }

    /// <summary>Waits for events.</summary>
    /// <param name="timeoutMilliseconds">How long; 0 only looks, -1 is for ever.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public int Wait(int timeoutMilliseconds)
    {
        int count = EpollNative.EpollWait(_epoll, _events, MaxEvents, timeoutMilliseconds);
        if (count < 0 && Marshal.GetLastPInvokeError() == EpollNative.Interrupted)
            return 0;
        ThrowIfFailed(count, "epoll_wait");
        return count;
    }

    /// <summary>What happened, of the event at <paramref name="index"/>.</summary>
    public uint GetEvents(int index) => *(uint*)(_events + (index * s_eventBytes));

    /// <summary>Whom it concerns, of the event at <paramref name="index"/>.</summary>
    public int GetTag(int index) => *(int*)(_events + (index * s_eventBytes) + s_tagOffset);

    /// <summary>Makes the thread that waits, or waits next, come back. From any thread.</summary>
    public void Wake()
    {
        ulong one = 1;
        lock (_wakeGate)
        {
            if (!_isDisposed)
                EpollNative.Write(_wake, (byte*)&one, sizeof(ulong));
        }
    }

    /// <summary>Takes back all calls of <see cref="Wake"/> so far.</summary>
    public void ClearWake()
    {
        ulong count;
        EpollNative.Read(_wake, (byte*)&count, sizeof(ulong));
    }

    /// <summary>Closes both. Not while a thread waits.</summary>
    public void Dispose()
    {
        lock (_wakeGate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }

        EpollNative.Close(_wake);
        EpollNative.Close(_epoll);
        NativeMemory.Free(_events);
    }

    private static void ThrowIfFailed(int result, string call)
    {
        if (result < 0)
            throw new Win32Exception(
                Marshal.GetLastPInvokeError(), $"{call} failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }
}
