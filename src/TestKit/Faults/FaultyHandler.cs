using OrleansMq.Gateway.Connections;

namespace OrleansMq.TestKit.Faults;

/// <summary>Stands between the gateway and the broker.</summary>
internal sealed class FaultyHandler(IFrameHandler handler, BrokerFaults faults) : IFrameHandler
{
    public void OnConnected(Connection connection)
    {
        handler.OnConnected(connection);
        faults.Add(connection, handler);
    }

    public void OnFrame(Connection connection, ReadOnlyMemory<byte> frame) => faults.LineOf(connection).Take(frame);

    public void OnBatchEnd() => handler.OnBatchEnd();

    public void OnClosed(Connection connection)
    {
        faults.Remove(connection);
        handler.OnClosed(connection);
    }
}
