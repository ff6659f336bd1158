using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Client.Popping;
using OrleansMq.Client.Sending;

namespace OrleansMq.Crash.Tests;

/// <summary>
/// 20 consumers of a real broker that is killed again and again. At one message in twenty a consumer forgets all that it
/// holds, at another it acknowledges too late. What was acknowledged never comes again, every message is acknowledged in
/// the end, and no attempt is forgotten.
/// </summary>
public sealed class PopKillTests : IDisposable
{
    private const int Consumers = 20;
    private const int Messages = 600;
    private const int Kills = 4;
    private const string Group = "poppers";
    private const string Topic = "Pops";

    private static readonly TimeSpan Invisible = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryDirectory _directory = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<DateTimeOffset>> _seen = [];
    private readonly HashSet<string> _acknowledged = [];
    private readonly List<string> _violations = [];

    [Theory]
    [InlineData("async")]
    [InlineData("sync")]
    public async Task Kill_LosesNoAcknowledgement_AndNoMessage(string flush)
    {
        for (int life = 0; life <= Kills; life++)
        {
            await using BrokerProcess broker = await BrokerProcess.StartAsync(_directory.Path, 0, "--flush", flush);
            if (life == 0)
                await SendAsync(broker.EndPoint);
            using var stop = new CancellationTokenSource(Patience);
            int wanted = life == Kills ? Messages : Messages * (life + 1) / (Kills + 1);
            Task[] consumers =
            [
                .. Enumerable.Range(0, Consumers).Select(number => ConsumeAsync(broker.EndPoint, number, wanted, stop.Token)),
            ];
            await Task.WhenAny(Task.WhenAll(consumers), Task.Delay(Patience, stop.Token));
            await broker.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll(consumers);
        }

        Assert.Empty(_violations);
        Assert.Equal(Messages, _acknowledged.Count);

        // Whatever came again, its time was over: by the broker's clock, whichever consumer noted it first.
        Assert.Contains(_seen.Values, deliveries => deliveries.Count > 1);
        Assert.All(_seen.Values, deliveries => Assert.All(
            deliveries.Order().Zip(deliveries.Order().Skip(1)),
            pair => Assert.True(pair.First <= pair.Second - Invisible, $"{pair.Second - pair.First} between two.")));
    }

    public void Dispose() => _directory.Dispose();

    private static async Task SendAsync(IPEndPoint endPoint)
    {
        await using BrokerClient client = await BrokerClient.ConnectAsync(endPoint);
        await client.CreateTopicAsync(Topic, 4);
        for (int index = 0; index < Messages; index++)
            await client.SendAsync(new Message { Topic = Topic, Body = Encoding.ASCII.GetBytes($"{index}") }, index % 4);
    }

    /// <summary>Consumes until as many are acknowledged as are wanted, or the broker is killed.</summary>
    private async Task ConsumeAsync(IPEndPoint endPoint, int number, int wanted, CancellationToken stop)
    {
        try
        {
            await using BrokerClient client = await BrokerClient.ConnectAsync(endPoint, cancellation: stop);
            string brokerName = (await client.GetRouteAsync(Topic, stop))!.BrokerDatas[0].BrokerName;
            var random = new Random(number);
            List<PoppedMessage> late = [];
            while (Acknowledged < wanted)
            {
                List<PoppedMessage> overdue = [.. late.Where(message => message.VisibleAt < DateTimeOffset.UtcNow)];
                late.RemoveAll(overdue.Contains);
                foreach (PoppedMessage message in overdue)
                    await AcknowledgeAsync(client, message, stop);
                await WorkAsync(client, brokerName, random, late, stop);
            }
        }
        catch (Exception cause) when (cause is IOException or SocketException or TimeoutException or OperationCanceledException)
        {
            // The broker was killed.
        }
    }

    private async Task WorkAsync(
        BrokerClient client, string brokerName, Random random, List<PoppedMessage> late, CancellationToken stop)
    {
        HashSet<string> before;
        lock (_lock)
            before = [.. _acknowledged];
        IReadOnlyList<PoppedMessage> popped = await client.PopAsync(
            brokerName,
            new PopRequest(Group, Topic)
            {
                MaxMessages = 4,
                Invisible = Invisible,
                Wait = TimeSpan.FromMilliseconds(200),
            },
            stop);
        foreach (PoppedMessage message in popped)
            Take(message, before);
        for (int index = 0; index < popped.Count; index++)
        {
            double fate = random.NextDouble();
            if (fate < 0.05)
                return;
            if (fate < 0.10)
                late.Add(popped[index]);
            else
                await AcknowledgeAsync(client, popped[index], stop);
        }
    }

    private int Acknowledged
    {
        get
        {
            lock (_lock)
                return _acknowledged.Count;
        }
    }

    private void Take(PoppedMessage popped, HashSet<string> acknowledgedBefore)
    {
        string body = Encoding.ASCII.GetString(popped.Message.Body.Span);
        lock (_lock)
        {
            if (acknowledgedBefore.Contains(body))
                _violations.Add($"{body} came again after its acknowledgement was answered.");

            // An attempt whose answer a kill cut off is counted by the broker alone.
            if (!_seen.TryGetValue(body, out List<DateTimeOffset>? seen))
                _seen.Add(body, seen = []);
            if (popped.Message.ReconsumeTimes < seen.Count)
                _violations.Add($"{body} says {popped.Message.ReconsumeTimes}, but was seen {seen.Count} times before.");
            seen.Add(popped.VisibleAt);
        }
    }

    private async Task AcknowledgeAsync(BrokerClient client, PoppedMessage message, CancellationToken stop)
    {
        await client.AckAsync(message, stop);
        lock (_lock)
            _acknowledged.Add(Encoding.ASCII.GetString(message.Message.Body.Span));
    }
}
