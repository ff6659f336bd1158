using System.Collections.Concurrent;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Transactions;
using OrleansMq.Gateway.Connections;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Requests;

/// <summary>The open connections by number, for what the broker says unasked.</summary>
public sealed class ClientChannels : IClientChannels
{
    private readonly ConcurrentDictionary<long, Connection> _connections = new();
    private int _opaque;

    /// <summary>How many connections are open.</summary>
    public int Count => _connections.Count;

    /// <inheritdoc/>
    public void NotifyMembersChanged(string group, IReadOnlyList<long> channelIds)
    {
        foreach (long id in channelIds)
        {
            if (!_connections.TryGetValue(id, out Connection? connection))
                continue;

            using (connection.Write(out OutputBuffer output))
            {
                CommandWriter writer = CommandWriter.BeginRequest(
                    output, RequestCode.NotifyConsumerIdsChanged, Interlocked.Increment(ref _opaque),
                    SerializeType.Json, isOneWay: true);
                writer.Field("consumerGroup"u8, group);
                writer.Complete();
            }
        }
    }

    /// <inheritdoc/>
    public bool Ask(long channelId, TransactionQuestion question)
    {
        if (!_connections.TryGetValue(channelId, out Connection? connection))
            return false;

        using (connection.Write(out OutputBuffer output))
        {
            CommandWriter writer = CommandWriter.BeginRequest(
                output, RequestCode.CheckTransactionState, Interlocked.Increment(ref _opaque), SerializeType.Json,
                isOneWay: true);
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
    public void Close(long channelId, string reason)
    {
        if (_connections.TryGetValue(channelId, out Connection? connection))
            connection.Close(reason);
    }

    internal void Add(Connection connection) => _connections[connection.Id] = connection;

    internal void Remove(Connection connection) => _connections.TryRemove(connection.Id, out _);
}
