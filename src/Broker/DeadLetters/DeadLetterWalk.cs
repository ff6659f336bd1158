using OrleansMq.Broker.Topics;
using OrleansMq.Storage.ConsumeQueues;

namespace OrleansMq.Broker.DeadLetters;

/// <summary>Walks over the dead letters of a group, queue by queue, each in the order of time.</summary>
/// <param name="topic">The dead-letter topic.</param>
/// <param name="start">Where to begin.</param>
/// <param name="beginMilliseconds">Stored at or after this Unix time in milliseconds.</param>
/// <param name="maxExamined">After how many to stop.</param>
internal sealed class DeadLetterWalk(
    TopicHandle topic, DeadLetterCursor start, long beginMilliseconds, int maxExamined)
{
    private DeadLetterCursor _next = start;

    /// <summary>How many were looked at.</summary>
    public int Examined { get; private set; }

    /// <summary>Where to go on; null when there are no more.</summary>
    public DeadLetterCursor? Next => _next.QueueId < Queues ? _next : null;

    private int Queues => Math.Max(topic.Config.ReadQueues, topic.Config.WriteQueues);

    /// <summary>The position of the next dead letter; false at the end, or when enough were looked at.</summary>
    public bool TryMove(out long physicalOffset)
    {
        Span<ConsumeQueueEntry> entry = stackalloc ConsumeQueueEntry[1];
        while (_next.QueueId < Queues && Examined < maxExamined)
        {
            ConsumeQueue queue = topic.Queue(_next.QueueId);
            long offset = _next.Offset >= 0 ? _next.Offset : queue.FindByTime(beginMilliseconds);
            offset = Math.Max(offset, queue.GetMinOffset());
            if (queue.Read(offset, entry) == 0)
            {
                SkipQueue();
                continue;
            }

            _next = _next with { Offset = offset + 1 };
            Examined++;
            if (entry[0].IsBlank)
                continue;

            physicalOffset = entry[0].PhysicalOffset;
            return true;
        }

        physicalOffset = -1;
        return false;
    }

    /// <summary>Leaves out the rest of a queue: what follows is younger than what is wanted.</summary>
    public void SkipQueue() => _next = new DeadLetterCursor(_next.QueueId + 1, -1, _next.UntilMilliseconds);

    /// <summary>Has the last one looked at again by whoever goes on.</summary>
    public void StepBack() => _next = _next with { Offset = _next.Offset - 1 };
}
