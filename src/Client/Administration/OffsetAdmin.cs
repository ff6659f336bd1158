using OrleansMq.Client.Routing;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Client.Administration;

/// <summary>Where consumer groups are in queues, and sending them elsewhere.</summary>
public sealed class OffsetAdmin
{
    private readonly AdminCalls _calls;

    internal OffsetAdmin(AdminCalls calls) => _calls = calls;

    /// <summary>Where a group goes on in each queue of a topic; null where it has never been.</summary>
    /// <exception cref="TopicNotFoundException">The topic does not exist.</exception>
    public async Task<IReadOnlyDictionary<MessageQueueKey, long?>> QueryAsync(
        string group, string topic, CancellationToken cancellation = default)
    {
        var offsets = new Dictionary<MessageQueueKey, long?>();
        TopicRoute route = await RouteAsync(topic, cancellation).ConfigureAwait(false);
        foreach (TopicQueue queue in route.ReadQueues)
        {
            BrokerClient broker = await _calls.ConnectAsync(queue.Broker, cancellation).ConfigureAwait(false);
            offsets[new MessageQueueKey(topic, queue.BrokerName, queue.QueueId)] =
                await broker.QueryOffsetAsync(group, topic, queue.QueueId, cancellation).ConfigureAwait(false);
        }

        return offsets;
    }

    /// <summary>
    /// Commits an offset for a group as a member would. To send a group back, reset it: members do not undo that.
    /// </summary>
    public async Task CommitAsync(
        string group, MessageQueueKey queue, long offset, CancellationToken cancellation = default)
    {
        BrokerClient broker = await _calls.ConnectAsync(queue.BrokerName, cancellation).ConfigureAwait(false);
        await broker.CommitOffsetAsync(group, queue.Topic, queue.QueueId, offset, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends a group, online or not, to the messages of a time in all queues of a topic; returns where it goes on.
    /// </summary>
    public Task<IReadOnlyDictionary<MessageQueueKey, long>> ResetAsync(
        string group, string topic, DateTimeOffset time, CancellationToken cancellation = default) =>
        ResetAllAsync(group, topic, time, cancellation);

    /// <summary>Skips all messages of a topic that wait for a group; returns where it goes on.</summary>
    public Task<IReadOnlyDictionary<MessageQueueKey, long>> SkipAsync(
        string group, string topic, CancellationToken cancellation = default) =>
        ResetAllAsync(group, topic, null, cancellation);

    /// <summary>Sends a group to an offset of one queue; returns where it goes on.</summary>
    public async Task<long> ResetAsync(
        string group, MessageQueueKey queue, long offset, CancellationToken cancellation = default)
    {
        BrokerClient broker = await _calls.ConnectAsync(queue.BrokerName, cancellation).ConfigureAwait(false);
        IReadOnlyDictionary<MessageQueueKey, long> reset = await broker.ResetOffsetAsync(
            group, queue.Topic, queue.QueueId, offset, cancellation).ConfigureAwait(false);
        return reset.TryGetValue(queue, out long place) ? place : offset;
    }

    /// <summary>Sends a group to where another one is, on all brokers.</summary>
    /// <param name="sourceGroup">The group that is copied.</param>
    /// <param name="destinationGroup">The group that is sent there; made if need be.</param>
    /// <param name="topic">The only topic meant; null for all that the source consumed.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task CloneAsync(
        string sourceGroup, string destinationGroup, string? topic = null, CancellationToken cancellation = default) =>
        _calls.DoOnAllAsync(
            broker => broker.CloneOffsetsAsync(sourceGroup, destinationGroup, topic, cancellation), cancellation);

    private async Task<IReadOnlyDictionary<MessageQueueKey, long>> ResetAllAsync(
        string group, string topic, DateTimeOffset? time, CancellationToken cancellation)
    {
        var places = new Dictionary<MessageQueueKey, long>();
        TopicRoute route = await RouteAsync(topic, cancellation).ConfigureAwait(false);
        foreach (Transports.BrokerAddress address in route.Brokers)
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            foreach ((MessageQueueKey queue, long offset) in await broker.ResetOffsetsAsync(
                group, topic, time, cancellation).ConfigureAwait(false))
                places[queue] = offset;
        }

        return places;
    }

    private async Task<TopicRoute> RouteAsync(string topic, CancellationToken cancellation) =>
        await _calls.Client.Routes.RefreshAsync(topic, cancellation).ConfigureAwait(false)
        ?? throw new TopicNotFoundException(topic);
}
