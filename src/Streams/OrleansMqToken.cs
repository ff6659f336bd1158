using System.Globalization;
using System.Text.Json.Serialization;
using Orleans.Streams;

namespace OrleansMq.Streams;

/// <summary>
/// A place in a stream: an event that was delivered, or an instant. A subscription that begins at one gets the event
/// there and all behind it, from the log however long ago that was, as long as it is kept.
/// </summary>
/// <remarks>
/// Tokens of events are comparable within one queue, which is where the events of a key are. Instants are in the clock
/// of the broker: when it stored the event.
/// </remarks>
[GenerateSerializer, Immutable, Alias("OrleansMq.StreamToken")]
public sealed class OrleansMqToken : StreamSequenceToken
{
    private const int NoEpoch = 0;

    /// <summary>The place of an event.</summary>
    /// <param name="epoch">Whose numbering the offset belongs to: the queue's.</param>
    /// <param name="sequenceNumber">The offset in the queue.</param>
    /// <param name="eventIndex">The index within the batch that was published in one.</param>
    [JsonConstructor]
    public OrleansMqToken(int epoch, long sequenceNumber, int eventIndex = 0)
    {
        Epoch = epoch;
        SequenceNumber = sequenceNumber;
        EventIndex = eventIndex;
    }

    /// <summary>The oldest event that is kept.</summary>
    public static OrleansMqToken Oldest { get; } = new(NoEpoch, 0);

    /// <summary>Whose numbering the offset belongs to: the queue's. 0 for an instant.</summary>
    [Id(0)]
    public int Epoch { get; private set; }

    /// <summary>The offset in the queue; of an instant its Unix milliseconds.</summary>
    [Id(1)]
    public override long SequenceNumber { get; protected set; }

    /// <summary>The index within the batch that was published in one.</summary>
    [Id(2)]
    public override int EventIndex { get; protected set; }

    /// <summary>The instant; null for an event.</summary>
    [JsonIgnore]
    public DateTimeOffset? Time => IsTime ? DateTimeOffset.FromUnixTimeMilliseconds(SequenceNumber) : null;

    internal bool IsTime => Epoch == NoEpoch;

    /// <summary>The first event that was stored at an instant or later; what comes next if there is none.</summary>
    public static OrleansMqToken At(DateTimeOffset time) => new(NoEpoch, time.ToUnixTimeMilliseconds());

    /// <summary>How far back from now.</summary>
    /// <param name="span">The time back.</param>
    /// <param name="clock">The clock; that of the system unless given.</param>
    public static OrleansMqToken Back(TimeSpan span, TimeProvider? clock = null) =>
        At((clock ?? TimeProvider.System).GetUtcNow() - span);

    /// <inheritdoc/>
    public override bool Equals(StreamSequenceToken? other) => other is OrleansMqToken token
        && token.SequenceNumber == SequenceNumber && token.EventIndex == EventIndex && token.Epoch == Epoch;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Epoch, SequenceNumber, EventIndex);

    /// <summary>
    /// Orders events of a queue as they are stored, and instants by time. Others cannot be compared; an event then
    /// comes behind whatever it is held against, so that who passes over what lies before a token passes over too
    /// little.
    /// </summary>
    public override int CompareTo(StreamSequenceToken? other)
    {
        if (other is null)
            return 1;
        if (other is not OrleansMqToken token)
        {
            throw new ArgumentException(
                $"A token of OrleansMq cannot be compared with one of {other.GetType().Name}.", nameof(other));
        }

        if (Epoch != token.Epoch)
            return IsTime ? -1 : 1;

        int order = SequenceNumber.CompareTo(token.SequenceNumber);
        return order != 0 ? order : EventIndex.CompareTo(token.EventIndex);
    }

    /// <inheritdoc/>
    public override string ToString() => IsTime
        ? Time!.Value.ToString("O", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Epoch:x8}/{SequenceNumber}/{EventIndex}");
}
