using OrleansMq.Broker.ClientCalls;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// The calls of the broker to one client that wait for answers, by the opaque that ties them together. Each ends once:
/// answered, given up, or with the connection. Thread-safe.
/// </summary>
internal sealed class PendingCalls(int maxCalls)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, TaskCompletionSource<ClientAnswer>> _calls = [];
    private bool _isEnded;

    /// <summary>How many calls wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _calls.Count;
        }
    }

    /// <summary>Takes a call in; its task never fails, and never continues on a connection's loop.</summary>
    public Task<ClientAnswer> Begin(int opaque)
    {
        lock (_lock)
        {
            if (_isEnded)
                return Task.FromResult(ClientAnswer.Unanswered(ClientCallStatus.Gone));
            if (_calls.Count >= maxCalls)
                return Task.FromResult(ClientAnswer.Unanswered(ClientCallStatus.TooMany));

            var call = new TaskCompletionSource<ClientAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
            _calls.Add(opaque, call);
            return call.Task;
        }
    }

    /// <summary>Whether a call waits for an answer with this opaque.</summary>
    public bool IsPending(int opaque)
    {
        lock (_lock)
            return _calls.ContainsKey(opaque);
    }

    /// <summary>Ends a call; nothing happens when it has ended already.</summary>
    public void Complete(int opaque, ClientAnswer answer)
    {
        TaskCompletionSource<ClientAnswer>? call;
        lock (_lock)
            _calls.Remove(opaque, out call);
        call?.TrySetResult(answer);
    }

    /// <summary>The connection is gone: ends all calls, and those that would still begin.</summary>
    public void End()
    {
        TaskCompletionSource<ClientAnswer>[] ended;
        lock (_lock)
        {
            _isEnded = true;
            ended = [.. _calls.Values];
            _calls.Clear();
        }

        foreach (TaskCompletionSource<ClientAnswer> call in ended)
            call.TrySetResult(ClientAnswer.Unanswered(ClientCallStatus.Gone));
    }
}
