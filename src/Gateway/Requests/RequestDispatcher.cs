using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Gateway.Connections;
using OrleansMq.Gateway.Diagnostics;
using OrleansMq.Gateway.Listeners;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Requests;

/// <summary>Hands each request to the part of the broker that it is for.</summary>
public sealed class RequestDispatcher : IFrameHandler
{
    private readonly BrokerNode _node;
    private readonly ClientChannels _channels;
    private readonly CommandReaderOptions _readerOptions = CommandReaderOptions.Default;
    private readonly SendRequests _sends;
    private readonly PullRequests _pulls;
    private readonly FrozenDictionary<int, Action<ClientSession>> _others;
    private readonly LogLimiter _badCommands = new();
    private readonly ILogger _logger;

    /// <summary>Connects a broker with what comes in; the channels are those the broker was opened with.</summary>
    public RequestDispatcher(BrokerNode node, ClientChannels channels, ILogger logger, bool isTlsOffered = false)
    {
        _node = node;
        _channels = channels;
        _logger = logger;
        _sends = new SendRequests(node, TryAgain);
        _pulls = new PullRequests(node, TryAgain);
        var others = new RequestTable();
        new SendBackRequests(node).Register(others);
        new TransactionRequests(node).Register(others);
        new OpenTransactionRequests(node).Register(others);
        new RecallRequests(node).Register(others);
        new PopRequests(node, TryAgain).Register(others);
        new AckRequests(node).Register(others);
        new PopNoticeRequests(node, TryAgain).Register(others);
        new OffsetRequests(node).Register(others);
        new MembershipRequests(node).Register(others);
        new AssignmentRequests(node).Register(others);
        new QueryRequests(node).Register(others);
        new RouteRequests(node).Register(others);
        new TopicRequests(node).Register(others);
        new GroupRequests(node).Register(others);
        new InspectionRequests(node).Register(others);
        new RetentionRequests(node).Register(others);
        new ConsumerCallRequests(node).Register(others);
        new ReplyRequests(node, TryAgain).Register(others);
        new KeyValueRequests(node).Register(others);
        new ConfigurationRequests(node, isTlsOffered).Register(others);
        new StoreRequests(node).Register(others);
        new StatisticsRequests(node).Register(others);
        new ProgressRequests(node).Register(others);
        new RewindRequests(node).Register(others);
        new DeadLetterRequests(node).Register(others);
        new TraceRequests(node).Register(others);
        _others = others.Freeze();
        if (OperatingSystem.IsLinux())
            node.Store.Confirmations.Grouping = WakeBatch.Run;
    }

    /// <inheritdoc/>
    public void OnConnected(Connection connection)
    {
        connection.State = new ClientSession(connection, _readerOptions);
        _channels.Add(connection);
    }

    /// <inheritdoc/>
    public void OnFrame(Connection connection, ReadOnlyMemory<byte> frame)
    {
        Handle((ClientSession)connection.State!, frame);
    }

    /// <inheritdoc/>
    public void OnBatchEnd() => _node.Pump();

    /// <inheritdoc/>
    public void OnClosed(Connection connection)
    {
        _channels.Remove(connection);
        if (connection.State is not ClientSession session)
            return;

        foreach (string group in session.ConsumerGroups)
        {
            if (_node.Groups.Find(group) is { } handle)
                _node.ControlPlane.ChannelClosed(handle, _node.ChannelOf(connection.Id));
        }

        _node.Producers.ChannelClosed(connection.Id);
    }

    private void Handle(ClientSession session, ReadOnlyMemory<byte> frame)
    {
        session.Frame = frame;
        CommandReader request = session.Request;
        CommandDefect defect = request.Read(frame);
        if (defect != CommandDefect.None)
        {
            RefuseDefect(session, defect);
            return;
        }

        if (request.IsResponse)
        {
            _channels.Answered(session.Connection, request);
            return;
        }

        switch ((RequestCode)request.Code)
        {
            case RequestCode.SendMessageV2:
            case RequestCode.SendMessage:
            case RequestCode.SendBatchMessage:
                _sends.Handle(session);
                break;
            case RequestCode.PullMessage:
            case RequestCode.LitePullMessage:
                _pulls.Handle(session);
                break;
            default:
                HandleOther(session);
                break;
        }
    }

    /// <summary>Has what is missing provided, and handles the request once more.</summary>
    private void TryAgain(ClientSession session, MissingMetadata missing)
    {
        byte[] frame = session.Frame.ToArray();
        var again = new ClientSession(session.Connection, _readerOptions)
        {
            Attempts = session.Attempts + 1,
            ClientName = session.ClientName,
        };
        session.Defer(async reply =>
        {
            if (await missing.ProvideAsync(_node.ControlPlane).ConfigureAwait(false) is { } refusal)
            {
                reply.Answer(refusal.Code, refusal.Problem);
                return;
            }

            Handle(again, frame);
            _node.Pump();
        });
    }

    private void HandleOther(ClientSession session)
    {
        if (_others.TryGetValue(session.Request.Code, out Action<ClientSession>? handle))
        {
            handle(session);
            return;
        }

        session.Refuse(
            ResponseCode.RequestCodeNotSupported, $"This broker does not know the request {session.Request.Code}.");
    }

    private void RefuseDefect(ClientSession session, CommandDefect defect)
    {
        string problem = CommandDefects.Describe(defect);
        if (session.Request.HasOpaque)
        {
            session.Refuse(ResponseCode.SystemError, problem);
            return;
        }

        if (_badCommands.TryPass(Environment.TickCount64, out int suppressed))
            _logger.BadCommand(session.Connection.Id, session.Connection.RemoteEndPoint, problem, suppressed);
        session.Connection.Close(problem);
    }
}
