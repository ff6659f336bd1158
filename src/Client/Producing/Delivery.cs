using System.Runtime.CompilerServices;
using OrleansMq.Client.Brokers;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Sending;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Client.Producing;

/// <summary>
/// Gets messages to a broker: tries, waits, tries elsewhere, until they are stored, refused for good, or their time is
/// over. Each message is settled, whatever happens. Thread-safe.
/// </summary>
internal sealed class Delivery
{
    /// <summary>A broker that lacks a topic or a permission may not have heard of it yet; later it has.</summary>
    private const int MaxFinalRefusals = 3;

    private readonly OrleansMqClient _client;
    private readonly ProducerOptions _options;
    private readonly TimeProvider _time;
    private readonly BrokerHealth? _health;
    private readonly QueueChooser _chooser;

    /// <summary>Makes a delivery.</summary>
    public Delivery(OrleansMqClient client, ProducerOptions options)
    {
        _client = client;
        _options = options;
        _time = client.Options.Time;
        _health = options.AvoidsSlowBrokers ? new BrokerHealth(_time) : null;
        _chooser = new QueueChooser(_health);
    }

    /// <summary>The queue that is next in turn.</summary>
    public TopicQueue ChooseQueue(TopicRoute route) => _chooser.Next(route, null);

    /// <summary>Sends messages to a queue, or to any queue of their topic.</summary>
    /// <param name="batch">The messages; all settled when the task completes.</param>
    /// <param name="fixedQueue">The queue; null for any.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask DeliverAsync(SendBatch batch, TopicQueue? fixedQueue)
    {
        try
        {
            batch.Attempts.Start(batch.Messages[0].Outgoing.Message.Topic, EarliestDeadline(batch));
            await DeliverAsync(batch, fixedQueue, batch.Attempts).ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            foreach (PendingSend message in batch.Messages)
                message.Fail(cause);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask DeliverAsync(SendBatch batch, TopicQueue? fixedQueue, SendAttempts attempts)
    {
        while (true)
        {
            try
            {
                attempts.Begin();
                TopicRoute route = await _client.Routes.GetForSendAsync(attempts.Topic, CancellationToken.None)
                    .ConfigureAwait(false);
                TopicQueue queue = fixedQueue is { } wanted
                    ? Current(route, wanted)
                    : _chooser.Next(route, attempts.LastBroker);
                attempts.LastBroker = queue.BrokerName;
                await AttemptAsync(batch, queue, attempts).ConfigureAwait(false);
                return;
            }
            catch (Exception cause) when (Failures.IsOfBroker(cause) || cause is InvalidOperationException)
            {
                attempts.Failed(cause);
                if (attempts.LastBroker is { } broker && IsBrokersFault(cause))
                    _health?.Failed(broker);
                if (batch.Count > 1 && IsAboutMessages(cause))
                {
                    await DeliverOneByOneAsync(batch, fixedQueue).ConfigureAwait(false);
                    return;
                }

                _client.Routes.Invalidate(attempts.Topic);
                await WaitAsync(attempts, cause).ConfigureAwait(false);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AttemptAsync(SendBatch batch, TopicQueue queue, SendAttempts attempts)
    {
        BrokerClient broker = await _client.Connections.GetAsync(queue.Broker, CancellationToken.None)
            .ConfigureAwait(false);
        SendDurability durability = await _client.Promises.GetAsync(queue.BrokerName, broker).ConfigureAwait(false);
        TimeSpan timeout = Least(_client.Options.RequestTimeout, attempts.Left(_time));
        long began = _time.GetTimestamp();
        attempts.IsUnderWay = true;
        if (batch.Count == 1)
        {
            PendingSend message = batch.Messages[0];
            SendAnswer outcome = await broker.SendAsync(
                message.Outgoing, queue.QueueId, timeout, CancellationToken.None).ConfigureAwait(false);
            message.Succeed(new SendReceipt(
                attempts.Topic, queue.BrokerName, outcome.Status, Of(outcome.Status, durability), message.Outgoing.Id,
                outcome.Places, 0)
            {
                QueueId = outcome.QueueId,
                QueueOffset = outcome.QueueOffset,
                RecallHandle = outcome.RecallHandle,
            });
        }
        else
        {
            SendAnswer outcome = await broker.SendBatchAsync(
                batch.ToOutgoing(), queue.QueueId, timeout, CancellationToken.None).ConfigureAwait(false);
            Settle(batch, queue, outcome, Of(outcome.Status, durability));
        }

        _health?.Answered(queue.BrokerName, _time.GetElapsedTime(began));
    }

    private static void Settle(SendBatch batch, TopicQueue queue, SendAnswer outcome, SendDurability durability)
    {
        for (int index = 0; index < batch.Count; index++)
        {
            PendingSend message = batch.Messages[index];
            message.Succeed(new SendReceipt(
                message.Outgoing.Message.Topic, queue.BrokerName, outcome.Status, durability, message.Outgoing.Id,
                outcome.Places, index)
            {
                QueueId = outcome.QueueId,
                QueueOffset = outcome.QueueOffset + index,
            });
        }
    }

    /// <summary>One bad message must not fail those that travelled with it.</summary>
    private async Task DeliverOneByOneAsync(SendBatch batch, TopicQueue? fixedQueue)
    {
        foreach (PendingSend message in batch.Messages)
        {
            var single = new SendBatch();
            single.Add(message);
            await DeliverAsync(single, fixedQueue).ConfigureAwait(false);
        }
    }

    private async Task WaitAsync(SendAttempts attempts, Exception cause)
    {
        if (IsFinal(cause) || (MayBecomeFinal(cause) && attempts.Refusals >= MaxFinalRefusals))
            throw attempts.ToException(cause);

        TimeSpan delay = attempts.Delay(_options);
        if (delay >= attempts.Left(_time))
            throw attempts.ToException(cause);
        await Task.Delay(delay, _time).ConfigureAwait(false);
    }

    /// <summary>The queue by its name: its broker may have another address by now.</summary>
    private static TopicQueue Current(TopicRoute route, TopicQueue wanted) =>
        route.FindBroker(wanted.BrokerName) is { } broker ? wanted with { Broker = broker } : wanted;

    private static SendDurability Of(SendStatus status, SendDurability promised) => status switch
    {
        SendStatus.FlushDiskTimeout when promised == SendDurability.Disk => SendDurability.Process,
        _ => promised,
    };

    private static long EarliestDeadline(SendBatch batch)
    {
        long earliest = long.MaxValue;
        foreach (PendingSend message in batch.Messages)
            earliest = Math.Min(earliest, message.Deadline);
        return earliest;
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>Whether waiting or another broker cannot help.</summary>
    private static bool IsFinal(Exception cause) => cause is RemotingException refusal && refusal.Code is
        not (ResponseCode.SystemBusy or ResponseCode.SystemError or ResponseCode.ServiceNotAvailable
            or ResponseCode.FlowControl or ResponseCode.NotLeaderForQueue or ResponseCode.GoAway)
        && !MayBecomeFinal(cause);

    private static bool MayBecomeFinal(Exception cause) => cause is RemotingException
    {
        Code: ResponseCode.TopicNotExist or ResponseCode.NoPermission,
    };

    private static bool IsBrokersFault(Exception cause) => Failures.IsOfConnection(cause) || cause is RemotingException
    {
        Code: ResponseCode.SystemBusy or ResponseCode.SystemError or ResponseCode.ServiceNotAvailable
            or ResponseCode.FlowControl,
    };

    private static bool IsAboutMessages(Exception cause) => cause is RemotingException
    {
        Code: ResponseCode.MessageIllegal or ResponseCode.InvalidParameter,
    };
}
