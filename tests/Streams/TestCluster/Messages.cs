using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Streams.Tests.TestCluster;

/// <summary>What a client of RocketMQ does beside the provider.</summary>
internal static class Messages
{
    /// <summary>All messages of a topic's queues, none if the topic is not there.</summary>
    public static async Task<List<ReceivedMessage>> ReadAllAsync(this BrokerClient client, string topic)
    {
        var messages = new List<ReceivedMessage>();
        if (await client.GetRouteAsync(topic) is not { } route)
            return messages;

        for (int queueId = 0; queueId < route.QueueDatas.Max(queues => queues.ReadQueueNums); queueId++)
        {
            PullOutcome pulled = await client.PullAsync(new PullRequest("readers", topic, queueId, 0) { MaxMessages = 32 });
            messages.AddRange(pulled.Messages);
        }

        return messages;
    }

    /// <summary>Publishes a text under a key, or without one.</summary>
    public static async Task PublishAsync(
        this BrokerClient client, string topic, string? key, string text, int queueId = 0)
    {
        await client.SendAsync(
            new Message { Topic = topic, Body = Encoding.UTF8.GetBytes(text), OrderingKey = key }, queueId);
    }
}
