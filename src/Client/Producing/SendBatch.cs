using OrleansMq.Client.Sending;

namespace OrleansMq.Client.Producing;

/// <summary>Messages that travel together. Filled, sent and cleared by one lane, again and again.</summary>
internal sealed class SendBatch
{
    private OutgoingMessage[] _outgoing = [];

    /// <summary>The messages, in their order.</summary>
    public List<PendingSend> Messages { get; } = [];

    /// <summary>How the attempts to send them go.</summary>
    public SendAttempts Attempts { get; } = new();

    /// <summary>How many they are.</summary>
    public int Count => Messages.Count;

    /// <summary>The bytes of their bodies.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether the messages taken so far leave room for others.</summary>
    public bool TakesMore => Count == 0 || !Messages[0].TravelsAlone;

    /// <summary>Adds a message.</summary>
    public void Add(PendingSend message)
    {
        Messages.Add(message);
        Bytes += message.Bytes;
    }

    /// <summary>The messages as they are encoded; valid until the batch is changed.</summary>
    public ReadOnlyMemory<OutgoingMessage> ToOutgoing()
    {
        if (_outgoing.Length < Count)
            _outgoing = new OutgoingMessage[Math.Max(Count, 2 * _outgoing.Length)];
        for (int index = 0; index < Count; index++)
            _outgoing[index] = Messages[index].Outgoing;
        return _outgoing.AsMemory(0, Count);
    }

    /// <summary>Forgets all messages.</summary>
    public void Clear()
    {
        Array.Clear(_outgoing, 0, Math.Min(Count, _outgoing.Length));
        Messages.Clear();
        Bytes = 0;
    }
}
