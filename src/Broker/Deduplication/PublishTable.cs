namespace OrleansMq.Broker.Deduplication;

/// <summary>
/// The unique ids that were published within their topics' windows. Ids of one window expire in the order of the log,
/// so that forgetting costs no search. An id that is forgotten before leaves its place in that order behind, which
/// counts as an id until there are enough of them to be worth removing. Not thread-safe; time comes in.
/// </summary>
public sealed class PublishTable(int maxEntries)
{
    /// <summary>Of so many places one must be left behind for all to be looked at.</summary>
    private const int MinLeftShare = 8;

    private readonly Dictionary<UInt128, PublishedMessage> _messages = [];
    private readonly Dictionary<long, Queue<(UInt128 Id, long PhysicalOffset)>> _byWindow = [];

    /// <summary>How many ids are remembered.</summary>
    public int Count => _messages.Count;

    /// <summary>How many places the order of expiry has, some of them of ids that were forgotten before.</summary>
    public int Places { get; private set; }

    /// <summary>All that is remembered, in no order. Not to be walked while the table changes.</summary>
    public IReadOnlyDictionary<UInt128, PublishedMessage> Messages => _messages;

    /// <summary>Whether so many further ids can be remembered now.</summary>
    public bool HasRoom(int ids, long nowMilliseconds)
    {
        if (Places + (long)ids > maxEntries)
            Expire(nowMilliseconds);
        if (Places + (long)ids > maxEntries && (Places - _messages.Count) * (long)MinLeftShare >= Places)
            RemoveLeftPlaces();
        return Places + (long)ids <= maxEntries;
    }

    /// <summary>
    /// The message that was published under an id within a window, which may have become shorter since.
    /// </summary>
    public bool TryFind(UInt128 id, long nowMilliseconds, long windowMilliseconds, out PublishedMessage message) =>
        _messages.TryGetValue(id, out message)
        && nowMilliseconds - message.StoredMilliseconds < Math.Min(windowMilliseconds, message.WindowMilliseconds);

    /// <summary>
    /// Takes in a message, in place of an older one of the same id; false when it is known, or its window is over.
    /// </summary>
    public bool Put(UInt128 id, in PublishedMessage message, long nowMilliseconds)
    {
        bool isKnown = _messages.TryGetValue(id, out PublishedMessage known)
            && known.PhysicalOffset >= message.PhysicalOffset;
        if (isKnown || message.ExpiresMilliseconds <= nowMilliseconds)
            return false;

        _messages[id] = message;
        if (!_byWindow.TryGetValue(message.WindowMilliseconds, out Queue<(UInt128, long)>? order))
            _byWindow.Add(message.WindowMilliseconds, order = new Queue<(UInt128, long)>());
        order.Enqueue((id, message.PhysicalOffset));
        Places++;
        return true;
    }

    /// <summary>Forgets an id, if it belongs to the message at a position and not to another one.</summary>
    public bool Remove(UInt128 id, long physicalOffset) =>
        _messages.TryGetValue(id, out PublishedMessage known) && known.PhysicalOffset == physicalOffset
        && _messages.Remove(id);

    /// <summary>Forgets the ids whose window is over; whether there were any.</summary>
    public bool Expire(long nowMilliseconds)
    {
        int before = _messages.Count;
        foreach ((long window, Queue<(UInt128 Id, long PhysicalOffset)> order) in _byWindow)
        {
            while (order.TryPeek(out (UInt128 Id, long PhysicalOffset) oldest) && IsOver(oldest, nowMilliseconds))
            {
                order.Dequeue();
                Places--;
            }

            if (order.Count == 0)
                _byWindow.Remove(window);
        }

        return _messages.Count < before;
    }

    /// <summary>Whether a place in the order is of no use any more; forgets the id if its time is over.</summary>
    private bool IsOver((UInt128 Id, long PhysicalOffset) oldest, long nowMilliseconds)
    {
        bool isThere = IsThere(oldest, out PublishedMessage message);
        if (isThere && message.ExpiresMilliseconds > nowMilliseconds)
            return false;
        if (isThere)
            _messages.Remove(oldest.Id);
        return true;
    }

    private bool IsThere((UInt128 Id, long PhysicalOffset) place, out PublishedMessage message) =>
        _messages.TryGetValue(place.Id, out message) && message.PhysicalOffset == place.PhysicalOffset;

    private void RemoveLeftPlaces()
    {
        foreach ((long window, Queue<(UInt128, long)> order) in _byWindow)
            _byWindow[window] = new Queue<(UInt128, long)>(order.Where(place => IsThere(place, out _)));
        Places = _byWindow.Values.Sum(order => order.Count);
    }
}
