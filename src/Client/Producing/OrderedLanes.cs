using System.Collections.Concurrent;
using OrleansMq.Client.Brokers;
using OrleansMq.Client.Routing;

namespace OrleansMq.Client.Producing;

/// <summary>
/// A lane for each queue that ordering keys lead to. Messages enter them in the order in which they came, also while
/// it is not known yet where their topic lives. Thread-safe.
/// </summary>
internal sealed class OrderedLanes(OrleansMqClient client, ProducerOptions options, Delivery delivery)
{
    private readonly ConcurrentDictionary<(string Topic, string BrokerName, int QueueId), SendLane> _lanes = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<(PendingSend Message, string Key)>> _withoutRoute =
        new(StringComparer.Ordinal);

    /// <summary>Sends a message behind all others of its key.</summary>
    public void Add(PendingSend message, string key)
    {
        string topic = message.Outgoing.Message.Topic;
        lock (_gate)
        {
            if (_withoutRoute.TryGetValue(topic, out List<(PendingSend, string)>? earlier))
            {
                earlier.Add((message, key));
                return;
            }
        }

        ValueTask<TopicRoute> routing = client.Routes.GetForSendAsync(topic, CancellationToken.None);
        if (routing.IsCompletedSuccessfully)
            Enter(message, routing.Result, key);
        else
            AwaitRoute(message, key, routing);
    }

    private void AwaitRoute(PendingSend message, string key, ValueTask<TopicRoute> routing)
    {
        string topic = message.Outgoing.Message.Topic;
        lock (_gate)
        {
            if (_withoutRoute.TryGetValue(topic, out List<(PendingSend, string)>? earlier))
            {
                earlier.Add((message, key));
                return;
            }

            _withoutRoute[topic] = [(message, key)];
        }

        _ = EnterAllAsync(topic, routing);
    }

    /// <summary>What comes while the first ones enter is still behind them.</summary>
    private async Task EnterAllAsync(string topic, ValueTask<TopicRoute> routing)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                TopicRoute route = await routing.ConfigureAwait(false);
                while (Take(topic, long.MaxValue) is { Count: > 0 } messages)
                    messages.ForEach(each => Enter(each.Message, route, each.Key));
                return;
            }
            catch (Exception cause)
            {
                if (FailLate(topic, attempt, cause, isFinal: !Failures.IsOfBroker(cause)))
                    return;
            }

            await Task.Delay(options.RetryDelay, client.Options.Time).ConfigureAwait(false);
            routing = client.Routes.GetForSendAsync(topic, CancellationToken.None);
        }
    }

    /// <summary>Fails those whose time is over, or all; whether none is left.</summary>
    private bool FailLate(string topic, int attempts, Exception cause, bool isFinal)
    {
        List<(PendingSend Message, string Key)> late =
            Take(topic, isFinal ? long.MaxValue : client.Options.Time.GetTimestamp());
        foreach ((PendingSend message, _) in late)
        {
            message.Fail(isFinal
                ? cause
                : new SendFailedException(topic, attempts, mayBeStored: false, cause.Message, cause));
        }

        lock (_gate)
            return !_withoutRoute.ContainsKey(topic);
    }

    /// <summary>Takes what must be settled by a time; a topic for which nothing is left is forgotten.</summary>
    private List<(PendingSend Message, string Key)> Take(string topic, long deadline)
    {
        lock (_gate)
        {
            if (!_withoutRoute.TryGetValue(topic, out List<(PendingSend Message, string Key)>? waiting))
                return [];

            List<(PendingSend Message, string Key)> taken = waiting.FindAll(each => each.Message.Deadline <= deadline);
            waiting.RemoveAll(each => each.Message.Deadline <= deadline);
            if (taken.Count == 0 && waiting.Count == 0)
                _withoutRoute.Remove(topic);
            return taken;
        }
    }

    private void Enter(PendingSend message, TopicRoute route, string key)
    {
        if (QueueChooser.Of(route, key) is not { } queue)
        {
            message.Fail(QueueChooser.NothingToWrite(route));
            return;
        }

        _lanes.GetOrAdd(
            (route.Topic, queue.BrokerName, queue.QueueId),
            static (_, state) => new SendLane(
                state.Options, 1, batch => state.Delivery.DeliverAsync(batch, state.Queue), state.Time),
            (Options: options, Delivery: delivery, Queue: queue, client.Options.Time)).Add(message);
    }
}
