using System.Globalization;
using System.Net;
using OrleansMq.Client.Connections;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;
using OrleansMq.Client.Transports;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Client;

/// <summary>
/// A client of one broker over one connection: the operations of the protocol, without policies. Every operation fails
/// with a <see cref="RemotingException"/> when the broker refuses it, a <see cref="TimeoutException"/> when no answer
/// comes in time, and a <see cref="ConnectionLostException"/> when the connection ends before. Thread-safe.
/// </summary>
public sealed partial class BrokerClient : IAsyncDisposable
{
    /// <summary>
    /// A pull that the broker holds is answered a little after its time, and must not count as lost by then.
    /// </summary>
    private static readonly TimeSpan HeldPullGrace = TimeSpan.FromSeconds(5);

    private readonly ClientOptions _options;
    private readonly SendCommands _sends;
    private RemotingConnection _connection = null!;

    private BrokerClient(ClientOptions options)
    {
        _options = options;
        _sends = new SendCommands(options);
    }

    /// <summary>
    /// The broker says that the members of this group changed: ask for them and share out the queues anew. Raised on
    /// the receive loop; handlers must not block.
    /// </summary>
    public event Action<string>? GroupChanged;

    /// <summary>
    /// Takes what else the broker asks of its client, on the receive loop: it must not block. Null, or null as its
    /// result: the broker is told that the client does not know the request.
    /// </summary>
    public Func<RemotingCommand, ValueTask<RemotingCommand?>>? RequestHandler { get; set; }

    /// <summary>The connection, for requests that have no method here.</summary>
    public RemotingConnection Connection => _connection;

    /// <summary>Who the client is within its groups.</summary>
    public string ClientId => _options.ClientId;

    internal ClientOptions Options => _options;

    /// <summary>Connects to a broker.</summary>
    public static async Task<BrokerClient> ConnectAsync(
        IPEndPoint endPoint, ClientOptions? options = null, CancellationToken cancellation = default)
    {
        var client = new BrokerClient(options ?? new ClientOptions());
        client._connection = await RemotingConnection.ConnectAsync(
            endPoint, client._options, client.AnswerBrokerAsync, cancellation).ConfigureAwait(false);
        return client;
    }

    /// <summary>The same over any transport.</summary>
    public static async Task<BrokerClient> ConnectAsync(
        IBrokerTransport transport, BrokerAddress broker, ClientOptions? options = null,
        CancellationToken cancellation = default)
    {
        var client = new BrokerClient(options ?? new ClientOptions());
        client._connection = await RemotingConnection.ConnectAsync(
            transport, broker, client._options, client.AnswerBrokerAsync, cancellation).ConfigureAwait(false);
        return client;
    }

    /// <summary>Ends the connection; calls without an answer fail.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Creates a topic or changes its number of queues.</summary>
    public Task CreateTopicAsync(string topic, int queues, CancellationToken cancellation = default) =>
        CreateTopicAsync(topic, queues, "", cancellation);

    /// <summary>The same with changes of the topic's attributes, such as <c>+retention.hours=24</c>.</summary>
    public async Task CreateTopicAsync(
        string topic, int queues, string attributes, CancellationToken cancellation = default)
    {
        RemotingCommand request = Request(RequestCode.UpdateAndCreateTopic);
        request.Fields["topic"] = topic;
        request.Fields["defaultTopic"] = "TBW102";
        request.Fields["readQueueNums"] = Text(queues);
        request.Fields["writeQueueNums"] = Text(queues);
        request.Fields["perm"] = "6";
        request.Fields["topicFilterType"] = "SINGLE_TAG";
        request.Fields["order"] = "false";
        if (attributes.Length > 0)
            request.Fields["attributes"] = attributes;
        await CallAsync(request, cancellation).ConfigureAwait(false);
    }

    /// <summary>Where a topic lives; null if it does not exist.</summary>
    public async Task<TopicRouteData?> GetRouteAsync(string topic, CancellationToken cancellation = default)
    {
        RemotingCommand request = Request(RequestCode.GetRouteInfoByTopic);
        request.Fields["topic"] = topic;
        RemotingCommand answer = await InvokeAsync(request, cancellation).ConfigureAwait(false);
        if (answer.Code == (int)ResponseCode.TopicNotExist)
            return null;

        Require(answer);
        return TopicRouteData.TryRead(answer.Body.Span, out TopicRouteData? route, out string? problem)
            ? route
            : throw new InvalidDataException(problem);
    }

    /// <summary>Reads messages of a queue.</summary>
    public async ValueTask<PullOutcome> PullAsync(PullRequest pull, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pull);
        RemotingCommand answer = await _connection.InvokeAsync(
            (pull, _options.SerializeType), static (state, opaque, output) =>
                WritePull(state.pull, state.SerializeType, opaque, output),
            RemotingCommand.From,
            _options.RequestTimeout + pull.Wait + (pull.Wait > TimeSpan.Zero ? HeldPullGrace : TimeSpan.Zero),
            cancellation, isHeld: pull.Wait > TimeSpan.Zero).ConfigureAwait(false);
        PullStatus status = (ResponseCode)answer.Code switch
        {
            ResponseCode.Success => PullStatus.Found,
            ResponseCode.PullNotFound => PullStatus.NoNewMessage,
            ResponseCode.PullRetryImmediately => PullStatus.NoMatchingMessage,
            ResponseCode.PullOffsetMoved => PullStatus.OffsetMoved,
            var code => throw new RemotingException(code, answer.Remark),
        };
        List<ReceivedMessage> messages = status == PullStatus.Found
            ? RecordDecoder.Decode(answer.Body, pull.Topic, _options)
            : [];
        return new PullOutcome(
            status, Number(answer, "nextBeginOffset"), Number(answer, "minOffset"), Number(answer, "maxOffset"),
            messages);
    }

    /// <summary>Sets the offset at which a group goes on in a queue.</summary>
    public async ValueTask CommitOffsetAsync(
        string group, string topic, int queueId, long offset, CancellationToken cancellation = default)
    {
        RemotingCommand request = QueueRequest(RequestCode.UpdateConsumerOffset, topic, queueId);
        request.Fields["consumerGroup"] = group;
        request.Fields["commitOffset"] = Text(offset);
        await CallAsync(request, cancellation).ConfigureAwait(false);
    }

    /// <summary>The offset at which a group goes on in a queue; null if it has committed none.</summary>
    public async ValueTask<long?> QueryOffsetAsync(
        string group, string topic, int queueId, CancellationToken cancellation = default)
    {
        RemotingCommand request = QueueRequest(RequestCode.QueryConsumerOffset, topic, queueId);
        request.Fields["consumerGroup"] = group;
        RemotingCommand answer = await InvokeAsync(request, cancellation).ConfigureAwait(false);
        if (answer.Code == (int)ResponseCode.QueryNotFound)
            return null;

        Require(answer);
        return Number(answer, "offset");
    }

    /// <summary>The offset of the first message of a queue that was stored at a time or later.</summary>
    public async ValueTask<long> SearchOffsetAsync(
        string topic, int queueId, DateTimeOffset time, CancellationToken cancellation = default)
    {
        RemotingCommand request = QueueRequest(RequestCode.SearchOffsetByTimestamp, topic, queueId);
        request.Fields["timestamp"] = Text(time.ToUnixTimeMilliseconds());
        return Number(await CallAsync(request, cancellation).ConfigureAwait(false), "offset");
    }

    /// <summary>The offset of the oldest message that a queue keeps.</summary>
    public ValueTask<long> GetMinOffsetAsync(string topic, int queueId, CancellationToken cancellation = default) =>
        GetOffsetAsync(RequestCode.GetMinOffset, topic, queueId, cancellation);

    /// <summary>The offset behind the newest message of a queue.</summary>
    public ValueTask<long> GetMaxOffsetAsync(string topic, int queueId, CancellationToken cancellation = default) =>
        GetOffsetAsync(RequestCode.GetMaxOffset, topic, queueId, cancellation);

    /// <summary>Tells the broker that the client lives, what it consumes and that it produces.</summary>
    public async Task HeartbeatAsync(IEnumerable<ConsumerData> consumers, CancellationToken cancellation = default)
    {
        var heartbeat = new HeartbeatData
        {
            ClientId = ClientId,
            ConsumerDataSet = [.. consumers],
            ProducerDataSet = [new ProducerData { GroupName = _options.ProducerGroup }],
        };
        await CallAsync(RequestCode.Heartbeat, heartbeat.WriteTo, cancellation).ConfigureAwait(false);
    }

    /// <summary>Takes the client out of its producer group and a consumer group; null for no consumer group.</summary>
    public Task UnregisterAsync(string? consumerGroup, CancellationToken cancellation = default) =>
        UnregisterAsync(consumerGroup, _options.ProducerGroup, cancellation);

    /// <summary>Takes the client out of a consumer group; it goes on as a producer.</summary>
    internal Task LeaveGroupAsync(string consumerGroup, CancellationToken cancellation = default) =>
        UnregisterAsync(consumerGroup, null, cancellation);

    private async Task UnregisterAsync(string? consumerGroup, string? producerGroup, CancellationToken cancellation)
    {
        RemotingCommand request = Request(RequestCode.UnregisterClient);
        request.Fields["clientID"] = ClientId;
        if (producerGroup is not null)
            request.Fields["producerGroup"] = producerGroup;
        if (consumerGroup is not null)
            request.Fields["consumerGroup"] = consumerGroup;
        await CallAsync(request, cancellation).ConfigureAwait(false);
    }

    /// <summary>The client ids of the members of a group.</summary>
    public async Task<IReadOnlyList<string>> GetMembersAsync(string group, CancellationToken cancellation = default)
    {
        RemotingCommand request = Request(RequestCode.GetConsumerListByGroup);
        request.Fields["consumerGroup"] = group;
        RemotingCommand answer = await CallAsync(request, cancellation).ConfigureAwait(false);
        return ConsumerList.TryRead(answer.Body.Span, out ConsumerList? members, out string? problem)
            ? members.ConsumerIdList
            : throw new InvalidDataException(problem);
    }

    /// <summary>
    /// Locks queues for ordered consumption, or renews the locks; returns those that this client now holds.
    /// </summary>
    public async Task<IReadOnlyList<MessageQueueKey>> LockAsync(
        string group, IEnumerable<MessageQueueKey> queues, CancellationToken cancellation = default)
    {
        var body = new LockBatchBody { ConsumerGroup = group, ClientId = ClientId, MqSet = [.. queues] };
        RemotingCommand answer = await CallAsync(
            RequestCode.LockBatchMessageQueues, body.WriteTo, cancellation).ConfigureAwait(false);
        return LockBatchResponse.TryRead(answer.Body.Span, out LockBatchResponse? locked, out string? problem)
            ? locked.LockOkMqSet
            : throw new InvalidDataException(problem);
    }

    /// <summary>Gives locks back.</summary>
    public async Task UnlockAsync(
        string group, IEnumerable<MessageQueueKey> queues, CancellationToken cancellation = default)
    {
        var body = new LockBatchBody { ConsumerGroup = group, ClientId = ClientId, MqSet = [.. queues] };
        await CallAsync(RequestCode.UnlockBatchMessageQueues, body.WriteTo, cancellation).ConfigureAwait(false);
    }

    /// <summary>The messages of a topic that carry a key, or whose producer gave it as their identifier.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">The key.</param>
    /// <param name="maxMessages">The most wanted; the broker has a limit of its own.</param>
    /// <param name="from">Stored at this time or later; null for any.</param>
    /// <param name="until">Stored at this time or before; null for any.</param>
    /// <param name="cancellation">Gives up the wait.</param>
    public async Task<IReadOnlyList<ReceivedMessage>> QueryByKeyAsync(
        string topic, string key, int maxMessages = 32, DateTimeOffset? from = null, DateTimeOffset? until = null,
        CancellationToken cancellation = default)
    {
        RemotingCommand request = Request(RequestCode.QueryMessage);
        request.Fields["topic"] = topic;
        request.Fields["key"] = key;
        request.Fields["maxNum"] = Text(maxMessages);
        request.Fields["beginTimestamp"] = Text(from?.ToUnixTimeMilliseconds() ?? 0);
        request.Fields["endTimestamp"] = Text(until?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        RemotingCommand answer = await InvokeAsync(request, cancellation).ConfigureAwait(false);
        if (answer.Code == (int)ResponseCode.QueryNotFound)
            return [];

        Require(answer);
        return RecordDecoder.Decode(answer.Body, topic, _options);
    }

    /// <summary>The message of an identifier that the broker gave.</summary>
    /// <exception cref="ArgumentException">The text is no such identifier.</exception>
    public Task<ReceivedMessage> ViewAsync(string offsetMessageId, CancellationToken cancellation = default) =>
        OffsetMessageId.TryParse(offsetMessageId, out OffsetMessageId id)
            ? ViewAsync(id.PhysicalOffset, cancellation)
            : throw new ArgumentException(
                $"'{offsetMessageId}' is no message identifier of a broker: 32 or 56 hexadecimal digits.",
                nameof(offsetMessageId));

    /// <summary>The message at a place of the broker's log.</summary>
    public async Task<ReceivedMessage> ViewAsync(long physicalOffset, CancellationToken cancellation = default)
    {
        RemotingCommand request = Request(RequestCode.ViewMessageById);
        request.Fields["offset"] = Text(physicalOffset);
        RemotingCommand answer = await CallAsync(request, cancellation).ConfigureAwait(false);
        return RecordDecoder.Decode(answer.Body, null, _options) is [var message]
            ? message
            : throw new InvalidDataException("The broker's answer holds not exactly one message.");
    }

    private async ValueTask<long> GetOffsetAsync(
        RequestCode code, string topic, int queueId, CancellationToken cancellation)
    {
        RemotingCommand request = QueueRequest(code, topic, queueId);
        return Number(await CallAsync(request, cancellation).ConfigureAwait(false), "offset");
    }

    private static void WritePull(PullRequest pull, SerializeType type, int opaque, OutputBuffer output)
    {
        PullFlags flags = PullFlags.Subscription
            | (pull.Wait > TimeSpan.Zero ? PullFlags.Suspend : PullFlags.None)
            | (pull.CommitOffset is null ? PullFlags.None : PullFlags.CommitOffset);
        CommandWriter writer = CommandWriter.BeginRequest(output, RequestCode.PullMessage, opaque, type);
        writer.Field("consumerGroup"u8, pull.Group);
        writer.Field("topic"u8, pull.Topic);
        writer.Field("queueId"u8, pull.QueueId);
        writer.Field("queueOffset"u8, pull.Offset);
        writer.Field("maxMsgNums"u8, pull.MaxMessages);
        writer.Field("sysFlag"u8, (int)flags);
        writer.Field("commitOffset"u8, pull.CommitOffset ?? 0);
        writer.Field("suspendTimeoutMillis"u8, (long)pull.Wait.TotalMilliseconds);
        writer.Field("subscription"u8, pull.Expression);
        writer.Field("subVersion"u8, 0);
        writer.Field("expressionType"u8, pull.ExpressionType);
        if (pull.MaxBytes > 0)
            writer.Field("maxMsgBytes"u8, pull.MaxBytes);
        writer.Complete();
    }

    private async ValueTask<RemotingCommand?> AnswerBrokerAsync(RemotingCommand request)
    {
        if (request.Code == (int)RequestCode.NotifyConsumerIdsChanged)
        {
            if (request.Fields.TryGetValue("consumerGroup", out string? group))
                GroupChanged?.Invoke(group);
            return new RemotingCommand { Code = (int)ResponseCode.Success, SerializeType = request.SerializeType };
        }

        RemotingCommand? answer = RequestHandler is { } handler
            ? await handler(request).ConfigureAwait(false)
            : null;
        return answer ?? new RemotingCommand
        {
            Code = (int)ResponseCode.RequestCodeNotSupported,
            Remark = $"This client does not know the request {request.Code}.",
            SerializeType = request.SerializeType,
        };
    }

    private RemotingCommand Request(RequestCode code) =>
        new() { Code = (int)code, SerializeType = _options.SerializeType };

    private RemotingCommand QueueRequest(RequestCode code, string topic, int queueId)
    {
        RemotingCommand request = Request(code);
        request.Fields["topic"] = topic;
        request.Fields["queueId"] = Text(queueId);
        return request;
    }

    private ValueTask<RemotingCommand> InvokeAsync(RemotingCommand request, CancellationToken cancellation) =>
        _connection.InvokeAsync(request, _options.RequestTimeout, cancellation);

    private async ValueTask<RemotingCommand> CallAsync(RemotingCommand request, CancellationToken cancellation)
    {
        RemotingCommand answer = await InvokeAsync(request, cancellation).ConfigureAwait(false);
        Require(answer);
        return answer;
    }

    private async ValueTask<RemotingCommand> CallAsync(
        RequestCode code, Action<OutputBuffer> writeBody, CancellationToken cancellation)
    {
        using var body = new OutputBuffer();
        writeBody(body);
        RemotingCommand request = Request(code);
        request.Body = body.WrittenMemory;
        return await CallAsync(request, cancellation).ConfigureAwait(false);
    }

    internal static void Require(RemotingCommand answer)
    {
        if (answer.Code != (int)ResponseCode.Success)
            throw new RemotingException((ResponseCode)answer.Code, answer.Remark);
    }

    internal static long Number(RemotingCommand answer, string field) =>
        long.TryParse(
            FieldOf(answer, field), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new InvalidDataException($"The field '{field}' of the broker's answer is no number.");

    private static string FieldOf(RemotingCommand answer, string field) =>
        answer.Fields.TryGetValue(field, out string? value)
        ? value
        : throw new InvalidDataException($"The broker's answer has no field '{field}'.");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
