using System.Net;
using System.Net.Sockets;

namespace OrleansMq.BrokerProcesses;

/// <summary>Ports for servers that tests start.</summary>
public static class FreePorts
{
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    /// <summary>
    /// A free port below those that the kernel gives to outgoing connections, so that none of them takes it while a
    /// broker is started again.
    /// </summary>
    public static int Find()
    {
        while (true)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                int port = Random.Shared.Next(Lowest, Highest);
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken; the next one may be free.
            }
        }
    }
}
