using OrleansMq.Gateway.Connections;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// What the gateway keeps for a connection: the request at hand, and which groups its client belongs to.
/// </summary>
internal sealed class ClientSession(Connection connection, CommandReaderOptions options)
{
    /// <summary>The connection.</summary>
    public Connection Connection { get; } = connection;

    /// <summary>The request at hand, until the handler returns.</summary>
    public CommandReader Request { get; } = new(options);

    /// <summary>Consumer groups that sent a heartbeat over this connection. For the connection's own thread.</summary>
    public HashSet<string> ConsumerGroups { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the answer to the request at hand goes.</summary>
    public ReplyAddress Reply => new(Connection, Request.Opaque, Request.SerializeType, Request.IsOneWay);

    /// <summary>Answers the request at hand with an error.</summary>
    public void Refuse(ResponseCode code, string? problem) => Reply.Answer(code, problem);

    /// <summary>
    /// Runs work that reads from or writes to the disk outside of the connection's loop. The work must hold all that it
    /// needs of the request.
    /// </summary>
    public void Defer(Action<ReplyAddress> work)
    {
        ReplyAddress reply = Reply;
        Connection.RequestStarted();
        ThreadPool.UnsafeQueueUserWorkItem(
            static item =>
            {
                try
                {
                    item.work(item.reply);
                }
#pragma warning disable CA1031 // Whatever went wrong, its sender is told and nobody else is harmed.
                catch (Exception cause)
#pragma warning restore CA1031
                {
                    item.reply.Answer(ResponseCode.SystemError, $"The request failed: {cause.Message}");
                }
                finally
                {
                    item.reply.Connection.RequestFinished();
                }
            },
            (work, reply),
            preferLocal: false);
    }
}
