using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using OrleansMq.Client;
using OrleansMq.Client.Connections;
using OrleansMq.Client.Transports;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.TransactionProducers;

/// <summary>Where a half message stands, as its sender is told.</summary>
/// <param name="Id">The producer's identifier of it.</param>
/// <param name="PhysicalOffset">Its position in the broker's log.</param>
/// <param name="QueueOffset">Its place in the queue of half messages.</param>
internal readonly record struct SentHalf(string Id, long PhysicalOffset, long QueueOffset);

/// <summary>
/// A producer of transactions as RocketMQ's clients are one: it sends half messages, 10, ends them, 37, and answers what
/// it is asked, 39, over the connection that asked.
/// </summary>
internal sealed class TransactionProducer : IAsyncDisposable
{
    public const int Commit = 8;
    public const int Rollback = 12;
    public const int Unknown = 0;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _group;
    private readonly string _clientId;
    private readonly Func<string, int> _answer;
    private readonly ConcurrentQueue<string> _asked = new();
    private RemotingConnection _connection = null!;

    private TransactionProducer(string group, string clientId, Func<string, int> answer)
    {
        _group = group;
        _clientId = clientId;
        _answer = answer;
    }

    /// <summary>The identifiers of the messages that it was asked about, in their order.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    /// <summary>Connects, and makes itself known to the broker.</summary>
    /// <param name="endPoint">The broker.</param>
    /// <param name="group">Its producer group.</param>
    /// <param name="clientId">Its name in the group.</param>
    /// <param name="answer">What it answers by the message's identifier: 8, 12 or 0; below 0 nothing at all.</param>
    public static Task<TransactionProducer> ConnectAsync(
        IPEndPoint endPoint, string group, string clientId, Func<string, int> answer)
    {
        var transport = new SocketTransport(endPoint.ToString());
        return ConnectAsync(transport, transport.Seeds[0], group, clientId, answer);
    }

    /// <summary>The same over any transport.</summary>
    public static async Task<TransactionProducer> ConnectAsync(
        IBrokerTransport transport, BrokerAddress broker, string group, string clientId, Func<string, int> answer)
    {
        var producer = new TransactionProducer(group, clientId, answer);
        producer._connection = await RemotingConnection.ConnectAsync(
            transport, broker, new ClientOptions { ClientId = clientId }, producer.Receive);
        await producer.HeartbeatAsync();
        return producer;
    }

    public async Task HeartbeatAsync()
    {
        RemotingCommand heartbeat = RemotingCommand.Request(RequestCode.Heartbeat, 0);
        heartbeat.Body = Encoding.UTF8.GetBytes(
            $$"""{"clientID":"{{_clientId}}","producerDataSet":[{"groupName":"{{_group}}"}]}""");
        await CallAsync(heartbeat);
    }

    public async Task<SentHalf> SendHalfAsync(string topic, int queueId, string id, byte[] body, int immunitySeconds = 0)
    {
        RemotingCommand send = RemotingCommand.Request(RequestCode.SendMessage, 0);
        send.Body = body;
        Fill(
            send, ("producerGroup", _group), ("topic", topic), ("defaultTopic", "TBW102"), ("defaultTopicQueueNums", 4),
            ("queueId", queueId), ("sysFlag", 4), ("bornTimestamp", 0), ("flag", 0),
            ("properties", $"TRAN_MSG\u0001true\u0002PGROUP\u0001{_group}\u0002UNIQ_KEY\u0001{id}\u0002KEYS\u0001{id}\u0002"
                + $"CHECK_IMMUNITY_TIME_IN_SECONDS\u0001{immunitySeconds}\u0002"));
        RemotingCommand answer = await CallAsync(send);
        if (!OffsetMessageId.TryParse(answer.Fields["msgId"], out OffsetMessageId position))
            throw new InvalidDataException($"'{answer.Fields["msgId"]}' is no message id.");

        return new SentHalf(
            id, position.PhysicalOffset, long.Parse(answer.Fields["queueOffset"], CultureInfo.InvariantCulture));
    }

    /// <summary>Ends a transaction, and waits until the broker says that it has.</summary>
    public Task EndAsync(SentHalf half, int decision) =>
        CallAsync(EndOf(half.PhysicalOffset, half.QueueOffset, decision, half.Id, isAnswer: false));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private ValueTask<RemotingCommand?> Receive(RemotingCommand request)
    {
        if (request.Code != (int)RequestCode.CheckTransactionState)
            return default;

        string id = request.Fields["msgId"];
        _asked.Enqueue(id);
        if (_answer(id) is var decision and >= 0)
            _ = AnswerAsync(request, decision);
        return default;
    }

    private async Task AnswerAsync(RemotingCommand question, int decision)
    {
        try
        {
            await _connection.SendOneWayAsync(EndOf(
                long.Parse(question.Fields["commitLogOffset"], CultureInfo.InvariantCulture),
                long.Parse(question.Fields["tranStateTableOffset"], CultureInfo.InvariantCulture),
                decision, question.Fields["msgId"], isAnswer: true));
        }
        catch (Exception cause) when (cause is IOException or TimeoutException)
        {
            // Whoever asked is gone, and asks again.
        }
    }

    private RemotingCommand EndOf(
        long physicalOffset, long queueOffset, int decision, string id, bool isAnswer)
    {
        RemotingCommand end = RemotingCommand.Request(RequestCode.EndTransaction, 0);
        Fill(
            end, ("producerGroup", _group), ("tranStateTableOffset", queueOffset), ("commitLogOffset", physicalOffset),
            ("commitOrRollback", decision), ("fromTransactionCheck", isAnswer ? "true" : "false"), ("msgId", id),
            ("transactionId", id));
        return end;
    }

    private async Task<RemotingCommand> CallAsync(RemotingCommand request)
    {
        RemotingCommand answer = await _connection.InvokeAsync(request, Patience);
        return answer.Code == (int)ResponseCode.Success
            ? answer
            : throw new RemotingException((ResponseCode)answer.Code, answer.Remark);
    }

    private static void Fill(RemotingCommand command, params (string Name, object Value)[] fields)
    {
        foreach ((string name, object value) in fields)
            command.Fields[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }
}
