using System.Net.Sockets;
using OrleansMq.Bench.Macro.Measurement;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>Keeps connections open, sends nothing and watches what the broker uses.</summary>
internal static class IdleLoad
{
    /// <summary>Time for the broker to finish what it began before.</summary>
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);

    public static RunReport Run(Target target, int connections, TimeSpan duration)
    {
        var sockets = new List<Socket>();
        try
        {
            for (int index = 0; index < connections; index++)
            {
                var socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                socket.Connect(target.EndPoint);
            }

            Thread.Sleep(s_settle);
            var meter = new UsageMeter(target.Process);
            Thread.Sleep(duration);
            return new RunReport($"idle {connections}", meter.Read(), 0, new LatencyHistogram(), new ErrorTally());
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }
}
