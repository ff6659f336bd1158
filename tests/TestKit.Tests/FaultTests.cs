using OrleansMq.Client;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.TestKit.Tests;

/// <summary>What goes wrong on demand; the same over a socket and in the process.</summary>
public abstract class FaultTests(bool isSocket) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private TestBroker _broker = null!;
    private BrokerClient _client = null!;

    public async Task InitializeAsync()
    {
        _broker = await TestBroker.StartAsync(new TestBrokerOptions { Port = isSocket ? 0 : null });
        await _broker.CreateTopicAsync("Orders");
        _client = await ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Sends_AreRefused_AsOftenAsTheTestSays()
    {
        _broker.Faults.RefuseSends(ResponseCode.SystemBusy, times: 2);
        for (int count = 0; count < 2; count++)
        {
            RemotingException refusal = await Assert.ThrowsAsync<RemotingException>(() => SendAsync("Orders"));
            Assert.Equal(ResponseCode.SystemBusy, refusal.Code);
        }

        await SendAsync("Orders");
        Assert.Single(_broker.MessagesOf("Orders"));
    }

    [Fact]
    public async Task Sends_AreRefused_ToOneTopic_UntilTheyAreNotAnyMore()
    {
        await _broker.CreateTopicAsync("Others");
        _broker.Faults.RefuseSends(ResponseCode.NoPermission, topic: "Orders");
        await SendAsync("Others");
        await Assert.ThrowsAsync<RemotingException>(() => SendAsync("Orders"));
        await Assert.ThrowsAsync<RemotingException>(
            () => _client.SendBatchAsync([new Message { Topic = "Orders", Body = "x"u8.ToArray() }]).AsTask());
        await _client.GetRouteAsync("Orders");
        _broker.Faults.AcceptSends();
        await SendAsync("Orders");
        Assert.Equal((1, 1), (_broker.MessagesOf("Orders").Count, _broker.MessagesOf("Others").Count));
    }

    [Fact]
    public async Task Connections_AreCut_AndCanBeMadeAnew()
    {
        await _client.GetRouteAsync("Orders");
        _broker.Faults.CutConnections();
        await _client.Connection.Ended.WaitAsync(Limit);
        await Assert.ThrowsAsync<ConnectionLostException>(() => SendAsync("Orders"));
        await using BrokerClient again = await ConnectAsync();
        await again.GetRouteAsync("Orders");
    }

    [Fact]
    public async Task Connections_AreRefused_WhileTheTestSaysSo()
    {
        await _client.GetRouteAsync("Orders");
        _broker.Faults.RefusesConnections = true;
        await using (BrokerClient refused = await ConnectAsync())
            await Assert.ThrowsAsync<ConnectionLostException>(() => refused.GetRouteAsync("Orders"));
        await SendAsync("Orders");

        _broker.Faults.RefusesConnections = false;
        await using BrokerClient taken = await ConnectAsync();
        await taken.GetRouteAsync("Orders");
    }

    [Fact]
    public async Task Requests_AreHeldUp_AndHandledInTheirOrder_WhenTheBrokerGoesOn()
    {
        _broker.Faults.Stall();
        Task[] sends = [.. Enumerable.Range(0, 100).Select(number => SendAsync("Orders", (byte)number))];
        Assert.DoesNotContain(sends, send => send.IsCompleted);
        Assert.Empty(_broker.MessagesOf("Orders"));

        _broker.Faults.Resume();
        await Task.WhenAll(sends).WaitAsync(Limit);
        Assert.Equal(Enumerable.Range(0, 100), _broker.MessagesOf("Orders").Select(message => (int)message.Body.Span[0]));
    }

    [Fact]
    public async Task Requests_AreLost_WhenAStalledConnectionIsCut()
    {
        await _client.GetRouteAsync("Orders");
        _broker.Faults.Stall();
        Task send = SendAsync("Orders");
        _broker.Faults.CutConnections();
        await Assert.ThrowsAsync<ConnectionLostException>(() => send.WaitAsync(Limit));
        _broker.Faults.Resume();
        await using BrokerClient again = await ConnectAsync();
        await again.GetRouteAsync("Orders");
        Assert.Empty(_broker.MessagesOf("Orders"));
    }

    private Task<SendOutcome> SendAsync(string topic, byte body = 0) =>
        _client.SendAsync(new Message { Topic = topic, Body = new[] { body } }, 0).AsTask();

    private Task<BrokerClient> ConnectAsync()
    {
        IBrokerTransport transport = isSocket
            ? new SocketTransport(_broker.EndPoint!.ToString())
            : _broker.Transport;
        return BrokerClient.ConnectAsync(transport, transport.Seeds[0]);
    }
}

public sealed class SocketFaultTests() : FaultTests(isSocket: true);

public sealed class InProcessFaultTests() : FaultTests(isSocket: false);
