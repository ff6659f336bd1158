using System.Runtime.InteropServices;

namespace OrleansMq.BrokerProcesses;

/// <summary>Signals to processes that the tests started.</summary>
internal static partial class Signals
{
    private const int Terminate = 15;

    /// <summary>Asks a process to end.</summary>
    public static void AskToEnd(int processId)
    {
        if (Kill(processId, Terminate) != 0)
            throw new InvalidOperationException($"SIGTERM to {processId} failed: error {Marshal.GetLastPInvokeError()}.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
