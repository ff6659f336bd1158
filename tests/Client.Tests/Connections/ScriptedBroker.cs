using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Tests.Connections;

/// <summary>The broker's side of one connection, played by a test. Everything has a time limit.</summary>
public abstract class ScriptedBroker : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _limit = new(Limit);

    /// <summary>How clients reach it.</summary>
    public abstract IBrokerTransport Transport { get; }

    public BrokerAddress Address => Transport.Seeds[0];

    protected CancellationToken LimitToken => _limit.Token;

    public static ScriptedBroker Over(TransportKind kind) =>
        kind == TransportKind.Socket ? new ScriptedSocketBroker() : new ScriptedInProcessBroker();

    public abstract Task AcceptAsync();

    public async Task<RemotingCommand> ReceiveAsync()
    {
        var reader = new CommandReader();
        Assert.Equal(CommandDefect.None, reader.Read(await ReceiveFrameAsync()));
        return RemotingCommand.From(reader);
    }

    public abstract Task SendAsync(params ReadOnlyMemory<byte>[] pieces);

    public Task SendAsync(RemotingCommand command) => SendAsync(Encode(command));

    public Task AnswerAsync(RemotingCommand request, ResponseCode code, ReadOnlyMemory<byte> body = default,
        params (string Name, string Value)[] fields) =>
        SendAsync(AnswerTo(request, code, body, fields));

    public static RemotingCommand AnswerTo(
        RemotingCommand request, ResponseCode code, ReadOnlyMemory<byte> body = default,
        params (string Name, string Value)[] fields)
    {
        var answer = new RemotingCommand
        {
            Code = (int)code,
            Flag = CommandFlags.Response,
            Opaque = request.Opaque,
            SerializeType = request.SerializeType,
            Body = body,
        };
        foreach ((string name, string value) in fields)
            answer.Fields[name] = value;
        return answer;
    }

    public static byte[] Encode(RemotingCommand command)
    {
        using var output = new OutputBuffer();
        command.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Fails unless the client closes its side.</summary>
    public abstract Task AssertClosedAsync();

    public abstract void Close();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract Task<byte[]> ReceiveFrameAsync();

    protected virtual void Dispose(bool disposing) => _limit.Dispose();
}
