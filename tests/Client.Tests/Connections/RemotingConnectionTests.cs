using System.Buffers.Binary;
using OrleansMq.Client.Connections;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Tests.Connections;

/// <summary>Many calls over one connection; the same over every transport.</summary>
public abstract class RemotingConnectionTests(TransportKind kind) : IDisposable
{
    private readonly ScriptedBroker _broker = ScriptedBroker.Over(kind);

    public void Dispose()
    {
        _broker.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Invoke_ReturnsAnswers_WhenTheyComeInAnotherOrder()
    {
        await using RemotingConnection connection = await ConnectAsync();
        Task<RemotingCommand> first = InvokeAsync(connection, 1);
        RemotingCommand firstRequest = await _broker.ReceiveAsync();
        Task<RemotingCommand> second = InvokeAsync(connection, 2);
        RemotingCommand secondRequest = await _broker.ReceiveAsync();

        await _broker.AnswerAsync(secondRequest, ResponseCode.Success, new byte[] { 2 });
        await _broker.AnswerAsync(firstRequest, ResponseCode.Success, new byte[] { 1 });

        Assert.Equal(new byte[] { 1 }, (await first).Body.ToArray());
        Assert.Equal(new byte[] { 2 }, (await second).Body.ToArray());
        Assert.Equal(0, connection.PendingCount);
    }

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public async Task Invoke_SendsRequestAsGiven_InEitherForm(SerializeType type)
    {
        await using RemotingConnection connection = await ConnectAsync();
        var request = new RemotingCommand { Code = 34, SerializeType = type, Body = new byte[] { 1, 2, 3 } };
        request.Fields["topic"] = "Ä \"x\"";
        Task<RemotingCommand> call = connection.InvokeAsync(request, ScriptedBroker.Limit).AsTask();

        RemotingCommand received = await _broker.ReceiveAsync();

        Assert.Equal(34, received.Code);
        Assert.Equal(type, received.SerializeType);
        Assert.Equal("Ä \"x\"", received.Fields["topic"]);
        Assert.Equal(new byte[] { 1, 2, 3 }, received.Body.ToArray());
        Assert.False(received.IsOneWay);
        await _broker.AnswerAsync(received, ResponseCode.Success);
        await call;
    }

    [Fact]
    public async Task Invoke_ReturnsAnswer_WhenItComesByteByByte()
    {
        await using RemotingConnection connection = await ConnectAsync();
        Task<RemotingCommand> call = InvokeAsync(connection, 1);
        byte[] answer = ScriptedBroker.Encode(
            ScriptedBroker.AnswerTo(
                await _broker.ReceiveAsync(), ResponseCode.Success, new byte[] { 7, 8 }, ("k", "v")));

        await _broker.SendAsync([.. answer.Select(value => new ReadOnlyMemory<byte>([value]))]);

        Assert.Equal(new byte[] { 7, 8 }, (await call).Body.ToArray());
        Assert.Equal("v", (await call).Fields["k"]);
    }

    [Fact]
    public async Task Invoke_ReturnsAnswers_WhenManyComeTogetherAndSomeAreLong()
    {
        await using RemotingConnection connection = await ConnectAsync(new ClientOptions { ReceiveBufferBytes = 4096 });
        Task<RemotingCommand>[] calls = [.. Enumerable.Range(0, 50).Select(code => InvokeAsync(connection, code))];
        using var output = new OutputBuffer();
        for (int index = 0; index < calls.Length; index++)
        {
            RemotingCommand request = await _broker.ReceiveAsync();
            byte[] body = new byte[request.Code % 5 == 0 ? 300_000 : 10];
            body.AsSpan().Fill((byte)request.Code);
            ScriptedBroker.AnswerTo(request, ResponseCode.Success, body).WriteTo(output);
        }

        await _broker.SendAsync(output.WrittenMemory);

        for (int code = 0; code < calls.Length; code++)
        {
            byte[] body = (await calls[code]).Body.ToArray();
            Assert.Equal(code % 5 == 0 ? 300_000 : 10, body.Length);
            Assert.All(body.Distinct(), value => Assert.Equal((byte)code, value));
        }
    }

    [Fact]
    public async Task Invoke_IgnoresAnswer_WhenItsOpaqueIsUnknown()
    {
        await using RemotingConnection connection = await ConnectAsync();
        Task<RemotingCommand> call = InvokeAsync(connection, 1);
        RemotingCommand request = await _broker.ReceiveAsync();

        await _broker.SendAsync(new RemotingCommand { Opaque = request.Opaque + 77, Flag = CommandFlags.Response });
        await _broker.AnswerAsync(request, ResponseCode.SystemBusy);

        Assert.Equal((int)ResponseCode.SystemBusy, (await call).Code);
        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task Invoke_TimesOutAndForgets_WhenNoAnswerComes()
    {
        await using RemotingConnection connection = await ConnectAsync();
        Task<RemotingCommand> call = connection.InvokeAsync(Request(1), TimeSpan.FromMilliseconds(500)).AsTask();
        RemotingCommand late = await _broker.ReceiveAsync();

        // A broker that says something else is not taken for one that is gone.
        await _broker.SendAsync(new RemotingCommand { Opaque = late.Opaque + 77, Flag = CommandFlags.Response });
        await Assert.ThrowsAsync<TimeoutException>(() => call);

        Assert.Equal(0, connection.PendingCount);
        Task<RemotingCommand> next = InvokeAsync(connection, 2);
        RemotingCommand nextRequest = await _broker.ReceiveAsync();
        await _broker.AnswerAsync(late, ResponseCode.Success, new byte[] { 1 });
        await _broker.AnswerAsync(nextRequest, ResponseCode.Success, new byte[] { 2 });
        Assert.Equal(new byte[] { 2 }, (await next).Body.ToArray());
    }

    [Fact]
    public async Task Invoke_EndsTheConnection_WhenTheBrokerSaysNothingAtAll()
    {
        await using RemotingConnection connection = await ConnectAsync();

        await Assert.ThrowsAsync<TimeoutException>(
            () => connection.InvokeAsync(Request(1), TimeSpan.FromMilliseconds(50)).AsTask());

        await connection.Ended.WaitAsync(ScriptedBroker.Limit);
    }

    [Fact]
    public async Task Invoke_IsForgotten_WhenItIsCancelled()
    {
        await using RemotingConnection connection = await ConnectAsync();
        using var cancellation = new CancellationTokenSource();
        Task<RemotingCommand> call = connection.InvokeAsync(
            Request(1), ScriptedBroker.Limit, cancellation.Token).AsTask();
        await _broker.ReceiveAsync();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(0, connection.PendingCount);
    }

    [Fact]
    public async Task Invoke_FailsAllCalls_WhenTheBrokerCloses()
    {
        await using RemotingConnection connection = await ConnectAsync();
        Task<RemotingCommand>[] calls = [InvokeAsync(connection, 1), InvokeAsync(connection, 2)];
        await _broker.ReceiveAsync();
        await _broker.ReceiveAsync();

        _broker.Close();

        foreach (Task<RemotingCommand> call in calls)
            await Assert.ThrowsAsync<ConnectionLostException>(() => call);
        await connection.Ended;
        Assert.False(connection.IsOpen);
        await Assert.ThrowsAsync<ConnectionLostException>(() => InvokeAsync(connection, 3));
    }

    [Fact]
    public async Task Dispose_FailsCalls_AndClosesTheSocket()
    {
        RemotingConnection connection = await ConnectAsync();
        Task<RemotingCommand> call = InvokeAsync(connection, 1);
        await _broker.ReceiveAsync();

        await connection.DisposeAsync();

        await Assert.ThrowsAsync<ConnectionLostException>(() => call);
        await _broker.AssertClosedAsync();
    }

    [Fact]
    public async Task Receive_EndsConnection_WhenTheFrameIsTooLong()
    {
        await using RemotingConnection connection = await ConnectAsync(new ClientOptions { MaxFrameBytes = 1000 });
        Task<RemotingCommand> call = InvokeAsync(connection, 1);
        await _broker.ReceiveAsync();
        byte[] prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, 1001);

        await _broker.SendAsync(prefix);

        ConnectionLostException lost = await Assert.ThrowsAsync<ConnectionLostException>(() => call);
        Assert.Contains("1001 bytes; at most 1000", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receive_EndsConnection_WhenTheOtherSideSpeaksSomethingElse()
    {
        await using RemotingConnection connection = await ConnectAsync();
        Task<RemotingCommand> call = InvokeAsync(connection, 1);
        await _broker.ReceiveAsync();

        await _broker.SendAsync("\0\0\0\u0010\0\0\0\u0008{\"code\":{}}}}"u8.ToArray());

        await Assert.ThrowsAsync<ConnectionLostException>(() => call);
        await _broker.AssertClosedAsync();
    }

    [Fact]
    public async Task Invoke_RefusesRequest_WhenItIsLongerThanAFrame()
    {
        await using RemotingConnection connection = await ConnectAsync(new ClientOptions { MaxFrameBytes = 1000 });
        var tooLong = new RemotingCommand { Code = 1, Body = new byte[1000] };

        await Assert.ThrowsAsync<ArgumentException>(
            () => connection.InvokeAsync(tooLong, ScriptedBroker.Limit).AsTask());

        Task<RemotingCommand> next = InvokeAsync(connection, 2);
        RemotingCommand request = await _broker.ReceiveAsync();
        Assert.Equal(2, request.Code);
        await _broker.AnswerAsync(request, ResponseCode.Success);
        await next;
    }

    [Fact]
    public async Task Invoke_WaitsForAPlace_WhenAsManyCallsAreUnderWayAsAllowed()
    {
        await using RemotingConnection connection = await ConnectAsync(new ClientOptions { MaxPendingCalls = 2 });
        Task<RemotingCommand>[] calls =
            [InvokeAsync(connection, 1), InvokeAsync(connection, 2), InvokeAsync(connection, 3)];
        RemotingCommand first = await _broker.ReceiveAsync();
        await _broker.ReceiveAsync();
        Assert.Equal(2, connection.PendingCount);

        await _broker.AnswerAsync(first, ResponseCode.Success);

        Assert.Equal(3, (await _broker.ReceiveAsync()).Code);
        await Task.WhenAny(calls);
    }

    [Fact]
    public async Task Invoke_TimesOut_WhenNoPlaceBecomesFree()
    {
        await using RemotingConnection connection = await ConnectAsync(new ClientOptions { MaxPendingCalls = 1 });
        Task<RemotingCommand> holder = InvokeAsync(connection, 1);
        RemotingCommand held = await _broker.ReceiveAsync();

        await Assert.ThrowsAsync<TimeoutException>(
            () => connection.InvokeAsync(Request(2), TimeSpan.FromMilliseconds(30)).AsTask());

        await _broker.AnswerAsync(held, ResponseCode.Success);
        Assert.Equal((int)ResponseCode.Success, (await holder).Code);
    }

    [Fact]
    public async Task SendOneWay_MarksRequest_AndWaitsForNoAnswer()
    {
        await using RemotingConnection connection = await ConnectAsync();

        await connection.SendOneWayAsync(Request(37));

        RemotingCommand request = await _broker.ReceiveAsync();
        Assert.Equal(37, request.Code);
        Assert.True(request.IsOneWay);
        Assert.Equal(0, connection.PendingCount);
    }

    [Fact]
    public async Task SendOneWay_TimesOut_WhenTheBrokerReadsNothing()
    {
        var options = new ClientOptions { MaxOutputBytes = 1000, RequestTimeout = TimeSpan.FromMilliseconds(200) };
        await using RemotingConnection connection = await ConnectAsync(options);
        var large = new RemotingCommand { Code = 1, Body = new byte[8 * 1024 * 1024] };

        await Assert.ThrowsAsync<TimeoutException>(async () =>
        {
            for (int count = 0; count < 100; count++)
                await connection.SendOneWayAsync(large);
        });
    }

    [Fact]
    public async Task Push_IsHandedToTheCallback_AndItsResultSentBack()
    {
        var taken = new TaskCompletionSource<RemotingCommand>();
        await using RemotingConnection connection = await ConnectAsync(null, request =>
        {
            taken.SetResult(request);
            return new RemotingCommand { Code = 0, Body = new byte[] { 9 } };
        });

        await _broker.SendAsync(new RemotingCommand { Code = 39, Opaque = 5, Body = new byte[] { 1 } });

        Assert.Equal(39, (await taken.Task.WaitAsync(ScriptedBroker.Limit)).Code);
        RemotingCommand answer = await _broker.ReceiveAsync();
        Assert.True(answer.IsResponse);
        Assert.Equal(5, answer.Opaque);
        Assert.Equal(new byte[] { 9 }, answer.Body.ToArray());
    }

    [Fact]
    public async Task Push_IsAnsweredNotSupported_WithoutACallback()
    {
        await using RemotingConnection connection = await ConnectAsync();

        await _broker.SendAsync(new RemotingCommand { Code = 39, Opaque = 5 });

        RemotingCommand answer = await _broker.ReceiveAsync();
        Assert.Equal((int)ResponseCode.RequestCodeNotSupported, answer.Code);
        Assert.Equal(5, answer.Opaque);
    }

    [Fact]
    public async Task Push_IsAnsweredWithAnError_WhenTheCallbackThrows()
    {
        await using RemotingConnection connection = await ConnectAsync(
            null, _ => throw new InvalidOperationException("no"));

        await _broker.SendAsync(new RemotingCommand { Code = 39, Opaque = 5 });

        RemotingCommand answer = await _broker.ReceiveAsync();
        Assert.Equal((int)ResponseCode.SystemError, answer.Code);
        Assert.True(connection.IsOpen);
    }

    private async Task<RemotingConnection> ConnectAsync(
        ClientOptions? options = null, Func<RemotingCommand, RemotingCommand?>? answerRequest = null)
    {
        Task<RemotingConnection> connecting = RemotingConnection.ConnectAsync(
            _broker.Transport, _broker.Address, options,
            answerRequest is null ? null : request => ValueTask.FromResult(answerRequest(request)));
        await _broker.AcceptAsync();
        return await connecting;
    }

    private static RemotingCommand Request(int code) => new() { Code = code };

    private static Task<RemotingCommand> InvokeAsync(RemotingConnection connection, int code) =>
        connection.InvokeAsync(Request(code), ScriptedBroker.Limit).AsTask();
}

public sealed class SocketConnectionTests() : RemotingConnectionTests(TransportKind.Socket);

public sealed class InProcessConnectionTests() : RemotingConnectionTests(TransportKind.InProcess);
