using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Popping;

/// <summary>A pop that was found to be allowed, on its way through the queues.</summary>
internal sealed class PopCall
{
    public required GroupHandle Group { get; init; }

    /// <summary>Who is given the messages.</summary>
    public required string Client { get; init; }

    public required TopicHandle Topic { get; init; }

    /// <summary>Which messages are wanted; null for all.</summary>
    public required IMessageFilter? Filter { get; init; }

    public required bool IsOrdered { get; init; }

    /// <summary>Whether a group that comes for the first time begins at the end.</summary>
    public required bool BeginsAtEnd { get; init; }

    public required long NowMilliseconds { get; init; }

    public required long InvisibleMilliseconds { get; init; }

    public required int MaxMessages { get; init; }

    public required int MaxBytes { get; init; }

    /// <summary>Takes the records.</summary>
    public required OutputBuffer Body { get; init; }

    public List<PoppedMessage> Messages { get; } = [];

    public long Rest { get; set; }

    /// <summary>The first thing that went wrong; told when nothing else was found.</summary>
    public PopOutcome? Refusal { get; set; }

    public bool IsFull => Messages.Count >= MaxMessages || Body.Length >= MaxBytes;
}
