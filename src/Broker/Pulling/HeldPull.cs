using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.ConsumeQueues;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Pulling;

/// <summary>A pull that found no message and waits for one. Its owner knows how to answer it.</summary>
public abstract class HeldPull
{
    /// <summary>The queue.</summary>
    public required ConsumeQueue Queue { get; init; }

    /// <summary>Where to go on reading; moves over messages that do not match.</summary>
    public required long Offset { get; set; }

    /// <summary>The most messages wanted.</summary>
    public required int MaxCount { get; init; }

    /// <summary>The most bytes wanted.</summary>
    public required int MaxBytes { get; init; }

    /// <summary>Which messages are wanted; null for all.</summary>
    public required IMessageFilter? Filter { get; init; }

    /// <summary>The consumer group; null for callers that are none.</summary>
    public string? Group { get; init; }

    /// <summary>Who pulls: a client id, or an address.</summary>
    public string Client { get; init; } = "";

    /// <summary>When the waiting ends without a message, Unix milliseconds.</summary>
    public required long DeadlineMilliseconds { get; init; }

    /// <summary>Whether nobody waits for the answer any more.</summary>
    public abstract bool IsAbandoned { get; }

    /// <summary>Sends the answer. Called once, on any thread; the body is borrowed until it returns.</summary>
    public abstract void Answer(ResponseCode code, ReadResult result, OutputBuffer body);
}
