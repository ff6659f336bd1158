using OrleansMq.Gateway.Connections;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.TestKit.Faults;

/// <summary>
/// One client's connection with what is held up of it. The broker is called by one thread at a time, whoever it is.
/// </summary>
internal sealed class ClientLine(Connection connection, IFrameHandler handler, BrokerFaults faults)
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _held = new();
    private readonly CommandReader _reader = new();

    /// <summary>Takes a request.</summary>
    public void Take(ReadOnlyMemory<byte> frame)
    {
        lock (_gate)
        {
            if (!faults.IsStalled && _held.Count == 0)
            {
                Handle(frame);
                return;
            }

            // Counted, so that the limit on requests in flight also bounds what is held.
            connection.RequestStarted();
            _held.Enqueue(frame.ToArray());
        }
    }

    /// <summary>Handles what was held.</summary>
    public void Resume()
    {
        lock (_gate)
        {
            bool isAny = _held.Count > 0;
            while (!faults.IsStalled && _held.TryDequeue(out byte[]? frame))
            {
                Handle(frame);
                connection.RequestFinished();
            }

            if (isAny)
                handler.OnBatchEnd();
        }
    }

    /// <summary>Ends the connection; what is held is never handled.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            for (; _held.TryDequeue(out _);)
                connection.RequestFinished();
        }

        connection.Close("the test cut it");
    }

    private void Handle(ReadOnlyMemory<byte> frame)
    {
        if (connection.IsClosed)
            return;
        if (_reader.Read(frame) == CommandDefect.None && !_reader.IsResponse
            && faults.TryRefuse(_reader, out ResponseCode code))
            Refuse(code);
        else
            handler.OnFrame(connection, frame);
    }

    private void Refuse(ResponseCode code)
    {
        if (_reader.IsOneWay)
            return;
        using (connection.Write(out OutputBuffer output))
            RemotingCommand.Response(_reader, code, "The test refuses sends.").WriteTo(output);
    }
}
