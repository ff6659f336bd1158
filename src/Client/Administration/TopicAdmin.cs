using System.Runtime.CompilerServices;
using OrleansMq.Client.Routing;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Client.Administration;

/// <summary>Topics of a cluster.</summary>
public sealed class TopicAdmin
{
    private readonly AdminCalls _calls;

    internal TopicAdmin(AdminCalls calls) => _calls = calls;

    /// <summary>Makes a topic on all brokers, or changes it.</summary>
    public async Task PutAsync(TopicSettings settings, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        string attributes = string.Join(
            ',', settings.Attributes.Select(pair => pair.Value is null ? $"-{pair.Key}" : $"+{pair.Key}={pair.Value}"));
        await _calls.DoOnAllAsync(
            broker => AdminCalls.CallAsync(
                broker,
                AdminCalls.Request(
                    RequestCode.UpdateAndCreateTopic,
                    ("topic", settings.Name), ("defaultTopic", "TBW102"),
                    ("readQueueNums", AdminCalls.Text(settings.ReadQueues ?? settings.WriteQueues)),
                    ("writeQueueNums", AdminCalls.Text(settings.WriteQueues)),
                    ("perm", AdminCalls.Text(settings.Permission)), ("topicFilterType", "SINGLE_TAG"),
                    ("order", "false"), ("attributes", attributes.Length > 0 ? attributes : null)),
                cancellation),
            cancellation).ConfigureAwait(false);
        _calls.Client.Routes.Invalidate(settings.Name);
    }

    /// <summary>Deletes a topic with its messages, everywhere. One that does not exist is none the less gone.</summary>
    public async Task DeleteAsync(string topic, CancellationToken cancellation = default)
    {
        await _calls.DoOnAllAsync(
            broker => AdminCalls.CallAsync(
                broker, AdminCalls.Request(RequestCode.DeleteTopicInBroker, ("topic", topic)), cancellation),
            cancellation).ConfigureAwait(false);
        await _calls.DoOnAllAsync(
            broker => AdminCalls.CallAsync(
                broker, AdminCalls.Request(RequestCode.DeleteTopicInNameServer, ("topic", topic)), cancellation),
            cancellation).ConfigureAwait(false);
        await _calls.Client.Routes.RefreshAsync(topic, cancellation).ConfigureAwait(false);
    }

    /// <summary>All topics by name.</summary>
    /// <param name="includeSystem">Whether those too that brokers made for themselves, and for retries.</param>
    /// <param name="cancellation">Gives up.</param>
    public async IAsyncEnumerable<TopicInfo> ListAsync(
        bool includeSystem = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        IReadOnlyList<(BrokerAddress Broker, TopicConfigTable Answer)> tables = await _calls.OnAllAsync(
            broker => AdminCalls.AskAsync<TopicConfigTable>(
                broker, AdminCalls.Request(RequestCode.GetAllTopicConfig), TopicConfigTable.TryRead, cancellation),
            cancellation).ConfigureAwait(false);
        HashSet<string> hidden = includeSystem ? [] : await SystemTopicsAsync(cancellation).ConfigureAwait(false);
        foreach (var topic in tables
            .SelectMany(table => table.Answer.Topics.Values.Select(config => (table.Broker, Config: config)))
            .GroupBy(each => each.Config.TopicName, StringComparer.Ordinal)
            .OrderBy(topic => topic.Key, StringComparer.Ordinal))
        {
            if (!includeSystem && (hidden.Contains(topic.Key) || topic.Key.StartsWith('%')))
                continue;
            yield return new TopicInfo(
                TopicSettings.Of(topic.First().Config), [.. topic.Select(each => each.Broker.BrokerName!)]);
        }
    }

    /// <summary>A topic with all of its queues.</summary>
    /// <exception cref="TopicNotFoundException">It does not exist.</exception>
    public async Task<TopicDescription> DescribeAsync(string topic, CancellationToken cancellation = default)
    {
        TopicConfig? config = null;
        List<QueueInfo> queues = [];
        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            TopicConfig? here = await AdminCalls.AskAsync<TopicConfig>(
                broker, AdminCalls.Request(RequestCode.GetTopicConfig, ("topic", topic)), TopicConfig.TryRead,
                ResponseCode.TopicNotExist, cancellation).ConfigureAwait(false);
            if (here is null)
                continue;
            config ??= here;
            TopicStatsTable? stats = await AdminCalls.AskAsync<TopicStatsTable>(
                broker, AdminCalls.Request(RequestCode.GetTopicStatsInfo, ("topic", topic)), TopicStatsTable.TryRead,
                ResponseCode.TopicNotExist, cancellation).ConfigureAwait(false);
            queues.AddRange(
                from queue in stats?.OffsetTable ?? []
                orderby queue.Key.QueueId
                select new QueueInfo(
                    queue.Key, queue.Value.MinOffset, queue.Value.MaxOffset,
                    AdminTimes.OrNull(queue.Value.LastUpdateTimestamp)));
        }

        return config is null
            ? throw new TopicNotFoundException(topic)
            : new TopicDescription(TopicSettings.Of(config), queues);
    }

    private async Task<HashSet<string>> SystemTopicsAsync(CancellationToken cancellation)
    {
        IReadOnlyList<(BrokerAddress Broker, TopicList Answer)> lists = await _calls.OnAllAsync(
            broker => AdminCalls.AskAsync<TopicList>(
                broker, AdminCalls.Request(RequestCode.GetSystemTopicListFromBroker), TopicList.TryRead, cancellation),
            cancellation).ConfigureAwait(false);
        return [.. lists.SelectMany(list => list.Answer.Topics)];
    }
}
