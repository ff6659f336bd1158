using System.Globalization;
using OrleansMq.Client.Brokers;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Replies;

/// <summary>Sends requests, and waits for what is replied to them.</summary>
internal static class RequestReply
{
    private const string ReplyToProperty = "REPLY_TO_CLIENT";
    private const string TimeToLiveProperty = "TTL";

    /// <summary>A request that nobody replied to is late already.</summary>
    private static readonly TimeSpan DiagnosisLimit = TimeSpan.FromSeconds(3);

    /// <summary>See <see cref="Producer.RequestAsync"/>.</summary>
    public static async Task<Reply> RequestAsync(
        OrleansMqClient client, Producer producer, Message message, TimeSpan timeout, CancellationToken cancellation)
    {
        await client.Replies.ReadyAsync().ConfigureAwait(false);
        string id = UniqueId.Of(message, client.Options.Time).ToString();
        Task<Reply> reply = client.Replies.Expect(id);
        using var limit = new CancellationTokenSource(timeout, client.Options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            SendReceipt receipt = await producer.SendAsync(
                RequestOf(message, id, client.Options.ClientId, timeout), either.Token).ConfigureAwait(false);
            return await AwaitAsync(client, receipt, reply, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new NoReplyException(
                message.Topic, id, timeout, await HasConsumersAsync(client, message.Topic).ConfigureAwait(false));
        }
        finally
        {
            client.Replies.Forget(id);
        }
    }

    /// <summary>
    /// Waits, and stays connected to a broker meanwhile: a reply reaches a client through its connections.
    /// </summary>
    private static async Task<Reply> AwaitAsync(
        OrleansMqClient client, SendReceipt receipt, Task<Reply> reply, CancellationToken cancellation)
    {
        TimeSpan delay = client.Options.ReconnectDelay;
        while (true)
        {
            Task ended;
            try
            {
                BrokerClient broker = await client.ConnectAsync(receipt.Topic, receipt.BrokerName, cancellation)
                    .ConfigureAwait(false);
                ended = broker.Connection.Ended;
            }
            catch (Exception cause) when (Failures.IsOfBroker(cause))
            {
                ended = Task.Delay(delay, client.Options.Time, cancellation);
            }

            Task first = await Task.WhenAny(reply, ended).WaitAsync(cancellation).ConfigureAwait(false);
            if (first == reply)
                return await reply.ConfigureAwait(false);
        }
    }

    private static Message RequestOf(Message message, string id, string clientId, TimeSpan timeout) => new()
    {
        Topic = message.Topic,
        Body = message.Body,
        Tag = message.Tag,
        Keys = message.Keys,
        UniqueKey = id,
        OrderingKey = message.OrderingKey,
        Flag = message.Flag,
        DelayLevel = message.DelayLevel,
        DeliverAt = message.DeliverAt,
        Properties = new Dictionary<string, string>(
            message.Properties ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [ReplyInbox.CorrelationProperty] = id,
            [ReplyToProperty] = clientId,
            [TimeToLiveProperty] = ((long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        },
    };

    /// <summary>Null if it cannot be found out at once.</summary>
    private static async Task<bool?> HasConsumersAsync(OrleansMqClient client, string topic)
    {
        using var limit = new CancellationTokenSource(DiagnosisLimit, client.Options.Time);
        try
        {
            var request = new RemotingCommand
            {
                Code = (int)RequestCode.QueryTopicConsumeByWho, SerializeType = client.Options.SerializeType,
            };
            request.Fields["topic"] = topic;
            foreach (BrokerAddress address in await client.FindBrokersAsync(limit.Token)
                .ConfigureAwait(false))
            {
                BrokerClient broker = await client.Connections.GetAsync(address, limit.Token)
                    .ConfigureAwait(false);
                RemotingCommand answer = await broker.Connection.InvokeAsync(
                    request, client.Options.RequestTimeout, limit.Token).ConfigureAwait(false);
                BrokerClient.Require(answer);
                if (!GroupList.TryRead(answer.Body.Span, out GroupList? groups, out _))
                    return null;
                if (groups.Groups.Count > 0)
                    return true;
            }

            return false;
        }
        catch (Exception cause) when (cause is OperationCanceledException || Failures.IsOfBroker(cause))
        {
            return null;
        }
    }
}
