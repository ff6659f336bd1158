using OrleansMq.Client.Brokers;

namespace OrleansMq.Client.Producing;

/// <summary>How the attempts to send some messages went so far. Not thread-safe.</summary>
internal sealed class SendAttempts
{
    private const double Jitter = 0.5;

    private long _deadline;
    private int _count;
    private bool _mayBeStored;

    /// <summary>The topic of the messages.</summary>
    public string Topic { get; private set; } = "";

    /// <summary>The broker of the last attempt.</summary>
    public string? LastBroker { get; set; }

    /// <summary>How often a broker refused.</summary>
    public int Refusals { get; private set; }

    /// <summary>Whether the broker may have the messages of this attempt.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>Begins anew, for other messages.</summary>
    public void Start(string topic, long deadline)
    {
        Topic = topic;
        _deadline = deadline;
        _count = Refusals = 0;
        _mayBeStored = IsUnderWay = false;
        LastBroker = null;
    }

    /// <summary>Begins an attempt.</summary>
    public void Begin()
    {
        _count++;
        IsUnderWay = false;
    }

    /// <summary>Notes how an attempt ended.</summary>
    public void Failed(Exception cause)
    {
        if (cause is RemotingException)
            Refusals++;
        else
            _mayBeStored |= IsUnderWay && Failures.IsOfConnection(cause);
    }

    /// <summary>The time that is left.</summary>
    public TimeSpan Left(TimeProvider time) => time.GetElapsedTime(time.GetTimestamp(), _deadline);

    /// <summary>
    /// How long to wait before the next attempt: longer each time, and for no two producers the same.
    /// </summary>
    public TimeSpan Delay(ProducerOptions options)
    {
        TimeSpan delay = options.RetryDelay * Math.Pow(2, Math.Min(_count - 1, 20));
        TimeSpan limited = delay < options.MaxRetryDelay ? delay : options.MaxRetryDelay;
        return limited * (1 - (Jitter * Random.Shared.NextDouble()));
    }

    /// <summary>What the messages' senders are told.</summary>
    public SendFailedException ToException(Exception cause) =>
        new(Topic, _count, _mayBeStored, cause.Message, cause);
}
