using System.Globalization;
using OrleansMq.Client.Brokers;
using OrleansMq.Client.Consuming.Assigning;
using OrleansMq.Client.Consuming.Handling;
using OrleansMq.Client.Consuming.Queues;
using OrleansMq.Client.Receiving;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Consuming;

/// <summary>
/// What brokers ask of a consumer: to go to other offsets, 220, how far it is, 221, how it is doing, 307, and to
/// consume a message now, 309.
/// </summary>
internal sealed class ConsumerRequests
{
    /// <summary>RocketMQ's name of the version that the client says it is.</summary>
    private const string ClientVersion = "V4_9_8";

    private readonly OrleansMqClient _client;
    private readonly ConsumerOptions _options;
    private readonly QueueTable _queues;
    private readonly MessageHandler _handler;
    private readonly (RequestCode Code, BrokerRequestHandler Answer)[] _answers;
    private readonly DateTimeOffset _madeAt;

    public ConsumerRequests(
        OrleansMqClient client, ConsumerOptions options, QueueTable queues, MessageHandler handler)
    {
        _client = client;
        _options = options;
        _queues = queues;
        _handler = handler;
        _madeAt = client.Options.Time.GetUtcNow();
        _answers =
        [
            (RequestCode.ResetConsumerClientOffset, Reset),
            (RequestCode.GetConsumerStatusFromClient, GetStatus),
            (RequestCode.GetConsumerRunningInfo, GetRunningInfo),
            (RequestCode.ConsumeMessageDirectly, ConsumeAsync),
        ];
    }

    /// <summary>Begins to answer.</summary>
    public void Start()
    {
        foreach ((RequestCode code, BrokerRequestHandler answer) in _answers)
            _client.Requests.Add(code, answer);
    }

    /// <summary>Answers no more.</summary>
    public void Stop()
    {
        foreach ((RequestCode code, BrokerRequestHandler answer) in _answers)
            _client.Requests.Remove(code, answer);
    }

    private ValueTask<RemotingCommand?> Reset(BrokerClient broker, RemotingCommand request)
    {
        if (!IsForGroup(request, "group"))
            return default;
        if (!ResetOffsetBody.TryRead(request.Body.Span, out ResetOffsetBody? body, out string? problem))
            return new(Answer(request, ResponseCode.SystemError, problem));

        foreach ((MessageQueueKey key, long offset) in body.OffsetTable)
        {
            if (_queues.TryFind(key, out AssignedQueue? queue))
                queue.Reset(offset);
        }

        return new(Answer(request));
    }

    private ValueTask<RemotingCommand?> GetStatus(BrokerClient broker, RemotingCommand request)
    {
        if (!IsForGroup(request, "group"))
            return default;

        string? topic = request.Fields.GetValueOrDefault("topic");
        var status = new ConsumerStatusBody();
        foreach (AssignedQueue queue in _queues.All.Where(queue => topic is null || queue.Key.Topic == topic))
        {
            if (queue.Describe().Unfinished is { } offset)
                status.MessageQueueTable[queue.Key] = offset;
        }

        return new(Answer(request, status.WriteTo));
    }

    private ValueTask<RemotingCommand?> GetRunningInfo(BrokerClient broker, RemotingCommand request)
    {
        if (!IsForGroup(request, "consumerGroup"))
            return default;

        var info = new ConsumerRunningInfo
        {
            Properties = new Dictionary<string, string>
            {
                ["PROP_NAMESERVER_ADDR"] = string.Join(
                    ';', _client.Options.Transport.Seeds.Select(seed => seed.Address)),
                ["PROP_CONSUME_TYPE"] = "CONSUME_PASSIVELY",
                ["PROP_CLIENT_VERSION"] = ClientVersion,
                ["PROP_CONSUMER_START_TIMESTAMP"] =
                    _madeAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
                ["PROP_CONSUMEORDERLY"] = _options.IsOrdered ? "true" : "false",
                ["PROP_THREADPOOL_CORE_SIZE"] = _options.Concurrency.ToString(CultureInfo.InvariantCulture),
            },
            SubscriptionSet = ConsumerDescription.SubscriptionsOf(_options, _madeAt),
        };
        foreach (AssignedQueue queue in _queues.All)
            info.MqTable[queue.Key] = InfoOf(queue.Describe());
        return new(Answer(request, info.WriteTo));
    }

    private QueueRunningInfo InfoOf(ConsumedQueue queue) => new()
    {
        CommitOffset = queue.Committed ?? queue.Unfinished ?? 0,
        CachedMsgMinOffset = queue.Prefetched > 0 ? queue.Unfinished ?? 0 : 0,
        CachedMsgMaxOffset = queue.Prefetched > 0 ? (queue.Position ?? 1) - 1 : 0,
        CachedMsgCount = queue.Prefetched,
        CachedMsgSizeInMiB = (int)(queue.PrefetchedBytes / (1024 * 1024)),
        TransactionMsgCount = queue.Handling,
        Locked = _options is { IsOrdered: true, IsBroadcasting: false },
    };

    /// <summary>The handler gets the message beside all others, and nothing is committed.</summary>
    private async ValueTask<RemotingCommand?> ConsumeAsync(BrokerClient broker, RemotingCommand request)
    {
        if (!IsForGroup(request, "consumerGroup"))
            return null;
        if (RecordDecoder.Decode(request.Body, null, _client.Options) is not [var message])
            return Answer(request, ResponseCode.SystemError, "The request's body holds not exactly one message.");

        long begun = _client.Options.Time.GetTimestamp();
        var outcome = new DirectConsumption { Order = _options.IsOrdered };
        try
        {
            ConsumeResult result = await Task.Run(async () =>
                await _handler(message, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
            outcome.Remark = result.Reason;
            outcome.ConsumeResult = result.Action switch
            {
                ConsumeAction.Ack => DirectConsumption.Success,
                ConsumeAction.Retry => DirectConsumption.Later,
                _ => DirectConsumption.GivenUp,
            };
        }
        catch (Exception cause)
        {
            outcome.ConsumeResult = DirectConsumption.Failed;
            outcome.Remark = HandlerPool.ReasonOf(cause);
        }

        outcome.SpentTimeMills = (long)_client.Options.Time.GetElapsedTime(begun).TotalMilliseconds;
        return Answer(request, outcome.WriteTo);
    }

    private bool IsForGroup(RemotingCommand request, string field) =>
        request.Fields.GetValueOrDefault(field) == _options.Group;

    private static RemotingCommand Answer(RemotingCommand request, Action<OutputBuffer> writeBody)
    {
        using var body = new OutputBuffer();
        writeBody(body);
        RemotingCommand answer = Answer(request);
        answer.Body = body.WrittenSpan.ToArray();
        return answer;
    }

    private static RemotingCommand Answer(
        RemotingCommand request, ResponseCode code = ResponseCode.Success, string? problem = null) =>
        new() { Code = (int)code, Remark = problem, SerializeType = request.SerializeType };
}
