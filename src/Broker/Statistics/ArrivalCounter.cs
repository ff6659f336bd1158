using System.Text;
using OrleansMq.Messages.Topics;
using OrleansMq.Storage.Dispatching;

namespace OrleansMq.Broker.Statistics;

/// <summary>
/// Counts the messages that the log takes in, as they are dispatched: one thread at a time, and off the way of a send.
/// What recovery dispatches was taken in by another process and does not count.
/// </summary>
internal sealed class ArrivalCounter(FlowTable<string> topics, Flow all, Flow timersIn, Flow timersOut)
    : IDispatchTarget
{
    private static readonly byte[] ScheduleTopic = Encoding.ASCII.GetBytes(TopicNames.Schedule);

    private readonly byte[] _lastTopic = new byte[byte.MaxValue];
    private int _lastTopicLength;
    private Flow? _last;
    private volatile bool _isCounting;

    /// <summary>All messages.</summary>
    public Flow All => all;

    /// <summary>Nothing of it is kept.</summary>
    public long DurableUntil => long.MaxValue;

    /// <summary>Recovery is over.</summary>
    public void Begin() => _isCounting = true;

    public void Dispatch(in DispatchedRecord record)
    {
        if (!_isCounting)
            return;

        int bytes = record.Record.Bytes.Length;
        all.AddAlone(bytes);
        FlowOf(record.Record.Topic)?.AddAlone(bytes);
        if (!record.TimerFrom.IsEmpty)
            timersOut.AddAlone(bytes);
        if (!record.DueTime.IsEmpty && record.Record.Topic.SequenceEqual(ScheduleTopic))
            timersIn.AddAlone(bytes);
    }

    public Action? PrepareDurable(long dispatchedUntil) => null;

    /// <summary>Many messages in a row are of one topic.</summary>
    private Flow? FlowOf(ReadOnlySpan<byte> topic)
    {
        if (_last is { IsGivenUp: false } && topic.SequenceEqual(_lastTopic.AsSpan(0, _lastTopicLength)))
            return _last;

        if (!topics.TryFind(topic, out Flow? flow) && !topics.IsFull)
            flow = topics.FindOrAdd(Encoding.UTF8.GetString(topic));
        _last = topic.Length <= _lastTopic.Length ? flow : null;
        if (_last is not null)
        {
            topic.CopyTo(_lastTopic);
            _lastTopicLength = topic.Length;
        }

        return flow;
    }
}
