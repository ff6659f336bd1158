namespace OrleansMq.Client.Producing;

/// <summary>A message could not be sent, as often as it was tried within its time.</summary>
public sealed class SendFailedException : Exception
{
    internal SendFailedException(string topic, int attempts, bool mayBeStored, string reason, Exception? cause)
        : base(
            $"A message for the topic '{topic}' was not sent in {attempts} attempts"
            + $"{(mayBeStored ? ", or stored without an answer" : "")}: {reason}",
            cause)
    {
        Topic = topic;
        Attempts = attempts;
        MayBeStored = mayBeStored;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; }

    /// <summary>
    /// Whether an attempt got no answer, so that the message may be there. Sending it again with the same
    /// <see cref="Sending.Message.UniqueKey"/> lets a topic with a window for it, or the consumers, see that.
    /// </summary>
    public bool MayBeStored { get; }
}
