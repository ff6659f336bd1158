using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Sending;

/// <summary>What the broker must know of a message's properties, found in one walk.</summary>
internal readonly ref struct SentProperties
{
    public SentProperties(ReadOnlySpan<byte> block)
    {
        bool asksForReply = false;
        bool isReply = false;
        foreach (PropertyPair pair in PropertyBlock.Enumerate(block))
        {
            ReadOnlySpan<byte> name = pair.Name;
            switch (name[0])
            {
                case (byte)'W' when name.SequenceEqual(PropertyNames.Wait):
                    WaitsForFlush = !pair.Value.SequenceEqual("false"u8);
                    break;
                case (byte)'D' when name.SequenceEqual(PropertyNames.DelayLevel):
                    IsDelayed |= !pair.Value.SequenceEqual("0"u8);
                    break;
                case (byte)'D':
                    HasReserved |= name.SequenceEqual(PropertyNames.DeadLetterFrom);
                    break;
                case (byte)'T' when name.SequenceEqual(PropertyNames.TransactionPrepared):
                    IsHalfMessage = pair.Value.SequenceEqual("true"u8);
                    break;
                case (byte)'T' when name.StartsWith("TRAN_"u8):
                    HasReserved |= name.SequenceEqual(PropertyNames.TransactionFrom)
                        || name.SequenceEqual(PropertyNames.TransactionOperation);
                    break;
                case (byte)'T' when name.StartsWith("TIMER_"u8):
                    HasReserved |= name.SequenceEqual(PropertyNames.TimerFrom)
                        || name.SequenceEqual(PropertyNames.TimerOutMilliseconds);
                    IsDelayed |= name.SequenceEqual(PropertyNames.TimerDelaySeconds)
                        || name.SequenceEqual(PropertyNames.TimerDelayMilliseconds)
                        || name.SequenceEqual(PropertyNames.TimerDeliverMilliseconds);
                    break;
                case (byte)'M' when name.SequenceEqual(PropertyNames.MessageType):
                    isReply = pair.Value.SequenceEqual("reply"u8);
                    break;
                case (byte)'R':
                    asksForReply |= name.SequenceEqual(PropertyNames.ReplyToClient);
                    HasReserved |= name.SequenceEqual(PropertyNames.RealTopic)
                        || name.SequenceEqual(PropertyNames.RealQueueId);
                    break;
                case (byte)'P':
                    HasReserved |= name.SequenceEqual(PropertyNames.PopFrom);
                    break;
                case (byte)'_':
                    HasReserved |= name.SequenceEqual(PropertyNames.RecordChecksum);
                    break;
            }
        }

        IsRequest = asksForReply && !isReply;
    }

    /// <summary>
    /// Whether the sender wants to wait until the message is on disk, as it does unless it says otherwise.
    /// </summary>
    public bool WaitsForFlush { get; } = true;

    /// <summary>Whether the message may have to be delivered later.</summary>
    public bool IsDelayed { get; }

    /// <summary>Whether the message is the first half of a transaction.</summary>
    public bool IsHalfMessage { get; }

    /// <summary>Whether a producer waits for a reply to the message.</summary>
    public bool IsRequest { get; }

    /// <summary>
    /// Whether a property is there that only the broker writes: an application that passes on what it received sends
    /// them along, and they must not count.
    /// </summary>
    public bool HasReserved { get; }
}
