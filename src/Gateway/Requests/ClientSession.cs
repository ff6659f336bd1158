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

    /// <summary>The frame of the request at hand; borrowed until the handler returns.</summary>
    public ReadOnlyMemory<byte> Frame { get; set; }

    /// <summary>How often the request at hand was put off because something was missing.</summary>
    public int Attempts { get; init; }

    /// <summary>The request at hand, until the handler returns.</summary>
    public CommandReader Request { get; } = new(options);

    /// <summary>Consumer groups that sent a heartbeat over this connection. For the connection's own thread.</summary>
    public HashSet<string> ConsumerGroups { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Who the client is: the id that its heartbeats name, or its address before the first. Any thread.
    /// </summary>
    public string ClientName
    {
        get => field ??= Connection.RemoteEndPoint.ToString();
        set;
    }

    /// <summary>Where the answer to the request at hand goes.</summary>
    public ReplyAddress Reply => new(Connection, Request.Opaque, Request.SerializeType, Request.IsOneWay);

    /// <summary>
    /// Runs work that may have to wait for another machine. It begins at once, on the connection's loop, and must hold
    /// all that it needs of the request behind its first wait.
    /// </summary>
    public void Await(Func<ReplyAddress, ValueTask> work)
    {
        Connection.RequestStarted();
        _ = RunAsync(work, Reply);
    }

    /// <summary>Answers the request at hand with an error.</summary>
    public void Refuse(ResponseCode code, string? problem) => Reply.Answer(code, problem);

    /// <summary>
    /// Runs work that reads from or writes to the disk outside of the connection's loop. The work must hold all that it
    /// needs of the request.
    /// </summary>
    public void Defer(Func<ReplyAddress, ValueTask> work)
    {
        Connection.RequestStarted();
        ThreadPool.UnsafeQueueUserWorkItem(
            static item => _ = RunAsync(item.work, item.Reply), (work, Reply), preferLocal: false);
    }

    /// <summary>The same for work that never waits.</summary>
    public void Defer(Action<ReplyAddress> work) => Defer(reply =>
    {
        work(reply);
        return ValueTask.CompletedTask;
    });

    private static async Task RunAsync(Func<ReplyAddress, ValueTask> work, ReplyAddress reply)
    {
        try
        {
            await work(reply).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever went wrong, its sender is told and nobody else is harmed.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            reply.Answer(ResponseCode.SystemError, $"The request failed: {cause.Message}");
        }
        finally
        {
            reply.Connection.RequestFinished();
        }
    }
}
