using System.Collections.Concurrent;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Brokers;

/// <summary>Answers a request of a broker; null if it is none of this handler's.</summary>
internal delegate ValueTask<RemotingCommand?> BrokerRequestHandler(BrokerClient broker, RemotingCommand request);

/// <summary>What brokers ask of the client, handed to those parts of it that can answer. Thread-safe.</summary>
internal sealed class BrokerRequests
{
    private readonly ConcurrentDictionary<int, BrokerRequestHandler[]> _handlers = new();

    /// <summary>A broker says that the members of a group changed. Raised on receive loops: do not block.</summary>
    public event Action<string>? GroupChanged;

    /// <summary>Adds a handler; the first one that gives an answer answers. It must not block.</summary>
    public void Add(RequestCode code, BrokerRequestHandler handler) => _handlers.AddOrUpdate(
        (int)code, static (_, added) => [added], static (_, all, added) => [.. all, added], handler);

    /// <summary>Takes a handler out again.</summary>
    public void Remove(RequestCode code, BrokerRequestHandler handler) => _handlers.AddOrUpdate(
        (int)code, static (_, _) => [], static (_, all, gone) => [.. all.Where(each => each != gone)], handler);

    /// <summary>Answers a request; null if nobody can.</summary>
    public async ValueTask<RemotingCommand?> AnswerAsync(BrokerClient broker, RemotingCommand request)
    {
        foreach (BrokerRequestHandler handler in _handlers.GetValueOrDefault(request.Code) ?? [])
        {
            if (await handler(broker, request).ConfigureAwait(false) is { } answer)
                return answer;
        }

        return null;
    }

    /// <summary>Raises <see cref="GroupChanged"/>.</summary>
    public void RaiseGroupChanged(string group) => GroupChanged?.Invoke(group);
}
