using OrleansMq.Gateway.Connections;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.TestKit.Faults;

/// <summary>
/// What goes wrong between a broker and its clients because a test wants it to. Holds for sockets and callers in the
/// process alike. Thread-safe.
/// </summary>
public sealed class BrokerFaults
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, ClientLine> _lines = [];
    private Refusal? _refusal;
    private volatile bool _isStalled;
    private volatile bool _refusesConnections;

    internal BrokerFaults()
    {
    }

    /// <summary>Whether requests are held up.</summary>
    public bool IsStalled => _isStalled;

    /// <summary>Whether clients that connect are cut off at once; those that are connected stay.</summary>
    public bool RefusesConnections
    {
        get => _refusesConnections;
        set => _refusesConnections = value;
    }

    /// <summary>The clients that are connected.</summary>
    public int Connections
    {
        get
        {
            lock (_gate)
                return _lines.Count;
        }
    }

    /// <summary>Answers sends with an error instead of storing anything.</summary>
    /// <param name="code">The error.</param>
    /// <param name="times">How many sends; null for all until <see cref="AcceptSends"/>.</param>
    /// <param name="topic">The topic that they are for; null for all.</param>
    public void RefuseSends(ResponseCode code, int? times = null, string? topic = null)
    {
        if (times is not null)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times.Value);
        lock (_gate)
            _refusal = new Refusal(code, times ?? int.MaxValue, topic);
    }

    /// <summary>Stores sends again.</summary>
    public void AcceptSends()
    {
        lock (_gate)
            _refusal = null;
    }

    /// <summary>Cuts all connections; what clients wait for is lost, whatever the broker did.</summary>
    public void CutConnections()
    {
        foreach (ClientLine line in Lines())
            line.Cut();
    }

    /// <summary>
    /// Holds up all requests, so that clients hear nothing: neither an answer nor the end of their connection.
    /// </summary>
    public void Stall() => _isStalled = true;

    /// <summary>Handles what was held up, in its order, and everything that comes.</summary>
    public void Resume()
    {
        _isStalled = false;
        foreach (ClientLine line in Lines())
            line.Resume();
    }

    /// <summary>Nothing goes wrong any more.</summary>
    public void Clear()
    {
        AcceptSends();
        RefusesConnections = false;
        Resume();
    }

    internal void Add(Connection connection, IFrameHandler handler)
    {
        lock (_gate)
            _lines.Add(connection.Id, new ClientLine(connection, handler, this));
        if (_refusesConnections)
            connection.Close("the test refuses it");
    }

    internal ClientLine LineOf(Connection connection)
    {
        lock (_gate)
            return _lines[connection.Id];
    }

    internal void Remove(Connection connection)
    {
        lock (_gate)
            _lines.Remove(connection.Id);
    }

    /// <summary>Whether a send is to be refused; uses up one of the times.</summary>
    internal bool TryRefuse(CommandReader request, out ResponseCode code)
    {
        code = default;
        lock (_gate)
        {
            if (_refusal is null || !SendTopics.TryGet(request, out string? topic)
                || (_refusal.Topic is not null && _refusal.Topic != topic))
                return false;
            code = _refusal.Code;
            _refusal = _refusal.Times switch
            {
                1 => null,
                int.MaxValue => _refusal,
                int times => _refusal with { Times = times - 1 },
            };
            return true;
        }
    }

    private ClientLine[] Lines()
    {
        lock (_gate)
            return [.. _lines.Values];
    }

    private sealed record Refusal(ResponseCode Code, int Times, string? Topic);
}
