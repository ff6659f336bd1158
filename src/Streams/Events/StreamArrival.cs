using Orleans.Streams;

namespace OrleansMq.Streams.Events;

/// <summary>
/// Says that a stream has something new, or somebody who asks for it, without any of it: subscribers read for
/// themselves.
/// </summary>
internal sealed class StreamArrival(StreamId stream, OrleansMqToken first) : IBatchContainer
{
    public StreamId StreamId => stream;

    public StreamSequenceToken SequenceToken => first;

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => [];

    public bool ImportRequestContext() => false;
}
