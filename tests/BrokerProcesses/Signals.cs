using System.Runtime.InteropServices;

namespace OrleansMq.BrokerProcesses;

/// <summary>Signals to processes that the tests started.</summary>
internal static partial class Signals
{
    private const int Interrupted = 2;
    private const int Quit = 3;
    private const int Terminate = 15;

    /// <summary>Asks a process to end.</summary>
    public static void AskToEnd(int processId) => Send(processId, Terminate);

    /// <summary>Interrupts a process as Ctrl-C does.</summary>
    public static void Interrupt(int processId) => Send(processId, Interrupted);

    /// <summary>Asks a process to end without ceremony; to PostgreSQL it means: at once, with its children.</summary>
    public static void EndAtOnce(int processId) => Send(processId, Quit);

    private static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0)
        {
            throw new InvalidOperationException(
                $"The signal {signal} to {processId} failed: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
