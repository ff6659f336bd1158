using System.Collections.Concurrent;
using System.Text;
using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Transactions;
using OrleansMq.Gateway.Connections;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Requests;

/// <summary>The open connections by number, for what the broker says unasked and asks itself.</summary>
public sealed class ClientChannels(ClientCallOptions options, TimeProvider time) : IClientChannels
{
    private readonly ConcurrentDictionary<long, Channel> _channels = new();
    private int _opaque;
    private int _pending;

    /// <summary>How many connections are open.</summary>
    public int Count => _channels.Count;

    /// <summary>How many calls to clients wait for answers.</summary>
    public int PendingCount => Volatile.Read(ref _pending);

    private int NextOpaque => Interlocked.Increment(ref _opaque);

    /// <inheritdoc/>
    public void NotifyMembersChanged(string group, IReadOnlyList<long> channelIds)
    {
        foreach (long id in channelIds)
        {
            if (!_channels.TryGetValue(id, out Channel? channel))
                continue;

            using (channel.Connection.Write(out OutputBuffer output))
            {
                CommandWriter writer = CommandWriter.BeginRequest(
                    output, RequestCode.NotifyConsumerIdsChanged, NextOpaque, SerializeType.Json, isOneWay: true);
                writer.Field("consumerGroup"u8, group);
                writer.Complete();
            }
        }
    }

    /// <inheritdoc/>
    public bool IsOpen(long channelId) => _channels.ContainsKey(channelId);

    /// <inheritdoc/>
    public bool Ask(long channelId, TransactionQuestion question)
    {
        if (!_channels.TryGetValue(channelId, out Channel? channel))
            return false;

        using (channel.Connection.Write(out OutputBuffer output))
        {
            CommandWriter writer = CommandWriter.BeginRequest(
                output, RequestCode.CheckTransactionState, NextOpaque, SerializeType.Json, isOneWay: true);
            writer.Field("tranStateTableOffset"u8, question.QueueOffset);
            writer.Field("commitLogOffset"u8, question.PhysicalOffset);
            writer.Field("msgId"u8, question.UniqueKey);
            writer.Field("transactionId"u8, question.UniqueKey);
            writer.Field("offsetMsgId"u8, question.MessageId);
            writer.Body(question.Record);
            writer.Complete();
        }

        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<ClientAnswer> CallAsync(long channelId, ClientCall call, TimeSpan timeout)
    {
        if (!_channels.TryGetValue(channelId, out Channel? channel))
            return ClientAnswer.Unanswered(ClientCallStatus.Gone);

        int opaque = NextOpaque;
        try
        {
            if (Interlocked.Increment(ref _pending) > options.MaxPending)
                return ClientAnswer.Unanswered(ClientCallStatus.TooMany);

            Task<ClientAnswer> answer = channel.Calls.Begin(opaque);
            if (answer.IsCompletedSuccessfully)
                return await answer.ConfigureAwait(false);

            Write(channel.Connection, call, opaque, isOneWay: false);
            return await answer.WaitAsync(timeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return ClientAnswer.Unanswered(ClientCallStatus.TimedOut);
        }
        finally
        {
            channel.Calls.Complete(opaque, ClientAnswer.Unanswered(ClientCallStatus.TimedOut));
            Interlocked.Decrement(ref _pending);
        }
    }

    /// <inheritdoc/>
    public bool Tell(long channelId, ClientCall call)
    {
        if (!_channels.TryGetValue(channelId, out Channel? channel))
            return false;

        Write(channel.Connection, call, NextOpaque, isOneWay: true);
        return true;
    }

    /// <inheritdoc/>
    public void Close(long channelId, string reason)
    {
        if (_channels.TryGetValue(channelId, out Channel? channel))
            channel.Connection.Close(reason);
    }

    internal void Add(Connection connection) => _channels[connection.Id] =
        new Channel(connection, new PendingCalls(options.MaxPendingPerClient));

    internal void Remove(Connection connection)
    {
        if (_channels.TryRemove(connection.Id, out Channel? channel))
            channel.Calls.End();
    }

    /// <summary>
    /// Takes in what a client answered. Most clients also answer what they were only told: nobody waits for that.
    /// </summary>
    internal void Answered(Connection connection, CommandReader answer)
    {
        if (!_channels.TryGetValue(connection.Id, out Channel? channel) || !channel.Calls.IsPending(answer.Opaque))
            return;

        channel.Calls.Complete(answer.Opaque, new ClientAnswer(
            ClientCallStatus.Answered, answer.Code, answer.Remark, answer.ToDictionary(), answer.Body.ToArray()));
    }

    private static void Write(Connection connection, ClientCall call, int opaque, bool isOneWay)
    {
        using (connection.Write(out OutputBuffer output))
        {
            CommandWriter writer = CommandWriter.BeginRequest(output, call.Code, opaque, SerializeType.Json, isOneWay);
            foreach ((string name, string value) in call.Fields)
                writer.Field(Encoding.UTF8.GetBytes(name), value);
            writer.Body(call.Body.Span);
            writer.Complete();
        }
    }

    private sealed record Channel(Connection Connection, PendingCalls Calls);
}
