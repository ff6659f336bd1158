using System.Runtime.CompilerServices;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Administration;

/// <summary>Consumer groups of a cluster.</summary>
public sealed class GroupAdmin
{
    /// <summary>RocketMQ's group of tools, whose reading counts for nobody.</summary>
    private const string GroupOfTools = "TOOLS_CONSUMER";

    private readonly AdminCalls _calls;

    internal GroupAdmin(AdminCalls calls) => _calls = calls;

    /// <summary>Makes a group on all brokers, or changes it: all of its settings are as these say.</summary>
    public Task PutAsync(GroupSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        using var body = new OutputBuffer();
        settings.ToConfig().WriteTo(body);
        byte[] bytes = body.WrittenSpan.ToArray();
        return _calls.DoOnAllAsync(
            broker =>
            {
                RemotingCommand request = AdminCalls.Request(RequestCode.UpdateAndCreateSubscriptionGroup);
                request.Body = bytes;
                return AdminCalls.CallAsync(broker, request, cancellation);
            },
            cancellation);
    }

    /// <summary>Deletes a group with its offsets, everywhere. One that does not exist is none the less gone.</summary>
    public Task DeleteAsync(string group, CancellationToken cancellation = default) => _calls.DoOnAllAsync(
        broker => AdminCalls.CallAsync(
            broker,
            AdminCalls.Request(
                RequestCode.DeleteSubscriptionGroup, ("groupName", group), ("removeOffset", "true"),
                ("cleanOffset", "true")),
            cancellation),
        cancellation);

    /// <summary>The settings of all groups, by name.</summary>
    public async IAsyncEnumerable<GroupSettings> ListAsync(
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        IReadOnlyList<(BrokerAddress Broker, SubscriptionGroupTable Answer)> tables = await _calls.OnAllAsync(
            broker => AdminCalls.AskAsync<SubscriptionGroupTable>(
                broker, AdminCalls.Request(RequestCode.GetAllSubscriptionGroupConfig), SubscriptionGroupTable.TryRead,
                cancellation),
            cancellation).ConfigureAwait(false);
        foreach (SubscriptionGroupConfig config in tables
            .SelectMany(table => table.Answer.Groups.Values)
            .DistinctBy(config => config.GroupName, StringComparer.Ordinal)
            .OrderBy(config => config.GroupName, StringComparer.Ordinal))
            yield return GroupSettings.Of(config);
    }

    /// <summary>A group, its members and what they consume; null if no broker knows it.</summary>
    public async Task<GroupDescription?> DescribeAsync(string group, CancellationToken cancellation = default)
    {
        SubscriptionGroupConfig? config = null;
        var members = new Dictionary<string, GroupMember>(StringComparer.Ordinal);
        var subscriptions = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            config ??= await AdminCalls.AskAsync<SubscriptionGroupConfig>(
                broker, AdminCalls.Request(RequestCode.GetSubscriptionGroupConfig, ("group", group)),
                SubscriptionGroupConfig.TryRead, ResponseCode.SubscriptionGroupNotExist, cancellation)
                .ConfigureAwait(false);
            ConsumerConnection? online = await AdminCalls.AskAsync<ConsumerConnection>(
                broker, AdminCalls.Request(RequestCode.GetConsumerConnectionList, ("consumerGroup", group)),
                ConsumerConnection.TryRead, ResponseCode.ConsumerNotOnline, cancellation).ConfigureAwait(false);
            foreach (ClientConnection member in online?.Connections ?? [])
                members.TryAdd(member.ClientId, new GroupMember(member.ClientId, member.ClientAddress));
            foreach ((string topic, SubscriptionData subscription) in online?.Subscriptions ?? [])
                subscriptions.TryAdd(topic, subscription.SubString);
        }

        return config is null
            ? null
            : new GroupDescription(
                GroupSettings.Of(config), [.. members.Values.OrderBy(member => member.ClientId)], subscriptions);
    }

    /// <summary>
    /// How far a group is behind: of topics that its members consume or, while none is there, of which it has offsets.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">The only topic; null for all.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="RemotingException">The group does not exist.</exception>
    public async Task<GroupLag> GetLagAsync(
        string group, string? topic = null, CancellationToken cancellation = default)
    {
        List<QueueLag> queues = [];
        RemotingException? unknown = null;
        bool isKnown = false;
        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            try
            {
                ConsumeStats stats = await AdminCalls.AskAsync<ConsumeStats>(
                    broker, AdminCalls.Request(RequestCode.GetConsumeStats, ("consumerGroup", group), ("topic", topic)),
                    ConsumeStats.TryRead, cancellation).ConfigureAwait(false);
                isKnown = true;
                foreach ((MessageQueueKey queue, OffsetWrapper place) in stats.OffsetTable
                    .OrderBy(pair => pair.Key.Topic, StringComparer.Ordinal).ThenBy(pair => pair.Key.QueueId))
                    queues.Add(await LagOfAsync(broker, queue, place, cancellation).ConfigureAwait(false));
            }
            catch (RemotingException refusal) when (refusal.Code == ResponseCode.SubscriptionGroupNotExist)
            {
                unknown = refusal;
            }
        }

        return isKnown || unknown is null
            ? new GroupLag(group, queues, _calls.Client.Options.Time.GetUtcNow())
            : throw unknown;
    }

    private static async Task<QueueLag> LagOfAsync(
        BrokerClient broker, MessageQueueKey queue, OffsetWrapper place, CancellationToken cancellation)
    {
        if (place.ConsumerOffset >= place.BrokerOffset)
            return new QueueLag(queue, place.ConsumerOffset, place.BrokerOffset, 0, null);

        PullOutcome oldest = await ReadOneAsync(broker, queue, place.ConsumerOffset, cancellation)
            .ConfigureAwait(false);
        if (oldest.Status == PullStatus.OffsetMoved)
            oldest = await ReadOneAsync(broker, queue, oldest.NextOffset, cancellation).ConfigureAwait(false);
        long first = Math.Max(place.ConsumerOffset, oldest.MinOffset);
        return new QueueLag(
            queue, place.ConsumerOffset, place.BrokerOffset, Math.Max(0, place.BrokerOffset - first),
            oldest.Messages.Count > 0 ? oldest.Messages[0].StoreTime : null);
    }

    private static ValueTask<PullOutcome> ReadOneAsync(
        BrokerClient broker, MessageQueueKey queue, long offset, CancellationToken cancellation) =>
        broker.PullAsync(
            new PullRequest(GroupOfTools, queue.Topic, queue.QueueId, offset) { MaxMessages = 1 }, cancellation);
}
