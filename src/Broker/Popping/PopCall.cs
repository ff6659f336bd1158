using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Storage.Reading;

namespace OrleansMq.Broker.Popping;

/// <summary>A pop that was found to be allowed, on its way through the queues.</summary>
internal sealed class PopCall
{
    /// <summary>
    /// New messages looked at in one pop, in whatever queues, so that a filter that matches nothing cannot occupy the
    /// caller.
    /// </summary>
    private const int MaxScannedEntries = 4096;

    private int _stepsLeft;

    public required GroupHandle Group { get; init; }

    /// <summary>Who is given the messages.</summary>
    public required string Client { get; init; }

    public required TopicHandle Topic { get; init; }

    /// <summary>Which messages are wanted; null for all.</summary>
    public required IMessageFilter? Filter
    {
        get;
        init
        {
            field = value;
            _stepsLeft = value?.StepsPerRead ?? int.MaxValue;
        }
    }

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

    /// <summary>How many new messages may still be looked at.</summary>
    public int EntriesLeft { get; set; } = MaxScannedEntries;

    /// <summary>How much work the filter may still cause; may be overdrawn.</summary>
    public ref int StepsLeft => ref _stepsLeft;

    /// <summary>
    /// Whether it ended before the end of a queue although it was not full, and got on: the next one may find something
    /// without anything having come.
    /// </summary>
    public bool IsCutShort { get; set; }

    /// <summary>Whether it has looked at as much as it may.</summary>
    public bool IsSpent => EntriesLeft <= 0 || _stepsLeft <= 0;

    public bool IsFull => Messages.Count >= MaxMessages || Body.Length >= MaxBytes;
}
