using System.Collections.Concurrent;
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
        TopicRoute? route = null;
        Exception? failure = null;
        try
        {
            route = await routing.ConfigureAwait(false);
        }
        catch (Exception cause)
        {
            failure = cause;
        }

        while (TakeWaiting(topic) is { } messages)
        {
            foreach ((PendingSend message, string key) in messages)
            {
                if (route is null)
                    message.Fail(failure!);
                else
                    Enter(message, route, key);
            }
        }
    }

    private List<(PendingSend Message, string Key)>? TakeWaiting(string topic)
    {
        lock (_gate)
        {
            List<(PendingSend, string)> waiting = _withoutRoute[topic];
            if (waiting.Count == 0)
            {
                _withoutRoute.Remove(topic);
                return null;
            }

            _withoutRoute[topic] = [];
            return waiting;
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
