using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Sessions;

/// <summary>A connection for what comes before a load: one request after another, each awaited.</summary>
internal sealed class AdminSession : IDisposable
{
    private readonly Socket _socket;
    private readonly CommandReader _reader = new();

    public AdminSession(IPEndPoint broker)
    {
        _socket = new Socket(broker.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(broker);
    }

    /// <summary>Makes a topic, or changes the number of its queues.</summary>
    public void CreateTopic(string topic, int queues)
    {
        using var output = new OutputBuffer();
        var writer = CommandWriter.BeginRequest(output, RequestCode.UpdateAndCreateTopic, 1, SerializeType.Json);
        writer.Field("topic"u8, topic);
        writer.Field("defaultTopic"u8, "TBW102"u8);
        writer.Field("readQueueNums"u8, queues);
        writer.Field("writeQueueNums"u8, queues);
        writer.Field("perm"u8, 6);
        writer.Field("topicFilterType"u8, "SINGLE_TAG"u8);
        writer.Field("topicSysFlag"u8, 0);
        writer.Field("order"u8, false);
        writer.Complete();
        Exchange(output, $"create the topic '{topic}'");
    }

    /// <summary>Calls back a delayed message.</summary>
    public void Recall(string topic, string handle)
    {
        using var output = new OutputBuffer();
        var writer = CommandWriter.BeginRequest(output, RequestCode.RecallMessage, 1, SerializeType.Json);
        writer.Field("producerGroup"u8, "omq-bench"u8);
        writer.Field("topic"u8, topic);
        writer.Field("recallHandle"u8, handle);
        writer.Complete();
        Exchange(output, "call back a message");
    }

    /// <summary>Sends a request that is encoded already.</summary>
    public void Send(ReadOnlySpan<byte> frame, string purpose)
    {
        using var output = new OutputBuffer();
        output.Append(frame);
        Exchange(output, purpose);
    }

    public void Dispose() => _socket.Dispose();

    private void Exchange(OutputBuffer request, string purpose)
    {
        while (request.Length > 0)
            request.Consume(_socket.Send(request.WrittenSpan));
        byte[] length = Receive(FrameReader.PrefixBytes);
        byte[] frame = Receive(BinaryPrimitives.ReadInt32BigEndian(length));
        CommandDefect defect = _reader.Read(frame);
        if (defect != CommandDefect.None)
            throw new InvalidDataException($"The broker's answer to '{purpose}' is damaged: {defect}.");
        if (_reader.Code != (int)ResponseCode.Success)
            throw new InvalidOperationException($"The broker would not {purpose}: {_reader.Code}, {_reader.Remark}");
    }

    private byte[] Receive(int count)
    {
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count;)
        {
            int received = _socket.Receive(bytes.AsSpan(filled));
            if (received == 0)
                throw new EndOfStreamException("The broker closed the connection.");
            filled += received;
        }

        return bytes;
    }
}
