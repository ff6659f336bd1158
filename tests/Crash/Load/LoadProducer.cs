using System.Net;
using OrleansMq.Client;
using OrleansMq.Client.Sending;
using OrleansMq.Crash.Tests.Histories;

namespace OrleansMq.Crash.Tests.Load;

/// <summary>Sends singles, pipelined bursts, batches and delayed messages until the broker is gone.</summary>
internal sealed class LoadProducer(History history, string name, int seed)
{
    private const int BurstMessages = 16;
    private const int BatchMessages = 5;
    private const int LargeBodyBytes = 40_000;

    private readonly Random _random = new(seed);
    private int _sent;

    /// <summary>Runs until the connection ends.</summary>
    /// <param name="endPoint">The broker.</param>
    /// <param name="accepted">Is called after every answer.</param>
    /// <param name="stop">Ends the run before its next send.</param>
    public async Task RunAsync(IPEndPoint endPoint, Action accepted, CancellationToken stop)
    {
        try
        {
            await using BrokerClient client = await BrokerClient.ConnectAsync(endPoint, cancellation: stop);
            while (!stop.IsCancellationRequested)
            {
                await SendSomethingAsync(client);
                accepted();
            }
        }
        catch (Exception cause) when (cause is IOException or System.Net.Sockets.SocketException or TimeoutException or OperationCanceledException)
        {
            // The broker was killed; whatever had no answer stays unknown.
        }
    }

    private Task SendSomethingAsync(BrokerClient client) => _random.Next(10) switch
    {
        < 5 => SendAsync(client, null),
        < 7 => Task.WhenAll(Enumerable.Range(0, BurstMessages).Select(_ => SendAsync(client, null)).ToArray()),
        < 9 => SendBatchAsync(client),
        _ => SendAsync(client, DateTimeOffset.UtcNow.AddMilliseconds(_random.Next(300, 4_000))),
    };

    private async Task SendAsync(BrokerClient client, DateTimeOffset? due)
    {
        (Message message, SendAttempt attempt) = Next(AnyTopic(), AnyQueue(), due);
        SendOutcome outcome = await client.SendAsync(message, attempt.QueueId);
        Acknowledge(attempt, outcome.Status, outcome.QueueOffset);
    }

    private async Task SendBatchAsync(BrokerClient client)
    {
        string topic = AnyTopic();
        int queueId = AnyQueue();
        (Message Message, SendAttempt Attempt)[] batch =
            [.. Enumerable.Range(0, BatchMessages).Select(_ => Next(topic, queueId, null))];
        BatchOutcome outcome = await client.SendBatchAsync([.. batch.Select(item => item.Message)], queueId);
        for (int index = 0; index < batch.Length; index++)
            Acknowledge(batch[index].Attempt, outcome.Status, outcome.FirstQueueOffset + index);
    }

    /// <summary>A flush that was not confirmed in time promises nothing.</summary>
    private void Acknowledge(SendAttempt attempt, SendStatus status, long offset)
    {
        if (status == SendStatus.Ok)
            history.Acknowledge(attempt, offset);
    }

    private (Message Message, SendAttempt Attempt) Next(string topic, int queueId, DateTimeOffset? due)
    {
        string id = $"{name}-{_sent++}";
        byte[] body = new byte[_random.Next(50) == 0 ? LargeBodyBytes : _random.Next(1, 2_000)];
        _random.NextBytes(body);
        SendAttempt attempt = history.Start(id, topic, queueId, body, due is null ? null : Truncate(due.Value));
        return (new Message { Topic = topic, Body = body, Keys = id, UniqueKey = id, DeliverAt = attempt.Due }, attempt);
    }

    /// <summary>Delivery times go over the wire in whole milliseconds.</summary>
    private static DateTimeOffset Truncate(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private string AnyTopic() => Topics.Names[_random.Next(Topics.Names.Length)];

    private int AnyQueue() => _random.Next(Topics.QueuesPerTopic);
}
