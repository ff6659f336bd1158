using System.Runtime.Versioning;

namespace OrleansMq.Gateway.Listeners;

/// <summary>
/// Wakes sleeping loops once for many answers that one thread writes in a row. A loop that is woken by the first takes
/// the processor from the thread that writes the second, and sleeps again before the third.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class WakeBatch
{
    [ThreadStatic]
    private static List<EpollLoop>? _loops;

    [ThreadStatic]
    private static bool _isOpen;

    /// <summary>Runs an act that writes answers, and wakes the loops behind it.</summary>
    public static void Run(Action act)
    {
        _isOpen = true;
        try
        {
            act();
        }
        finally
        {
            _isOpen = false;
            WakeAll();
        }
    }

    /// <summary>Whether the loop is woken later; otherwise the caller must wake it.</summary>
    public static bool TryDefer(EpollLoop loop)
    {
        if (!_isOpen)
            return false;

        _loops ??= [];
        if (!_loops.Contains(loop))
            _loops.Add(loop);
        return true;
    }

    private static void WakeAll()
    {
        if (_loops is null)
            return;
        foreach (EpollLoop loop in _loops)
            loop.WakeIfAsleep();
        _loops.Clear();
    }
}
