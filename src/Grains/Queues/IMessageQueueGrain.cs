using OrleansMq.Grains.Placement;

namespace OrleansMq.Grains.Queues;

/// <summary>
/// The door to one queue's log for callers inside the cluster and its clients. It runs on the silo that owns the log,
/// so that code there reaches it without a network hop. Calls interleave: one that waits holds up no other.
/// </summary>
/// <remarks>Get one with <see cref="MessageQueues.GetMessageQueue"/>.</remarks>
[Alias("OrleansMq.MessageQueue")]
public interface IMessageQueueGrain : IGrainWithStringKey
{
    /// <summary>
    /// Appends messages, all or none, one behind the other. Returns once they are as durable as the broker promises.
    /// </summary>
    /// <exception cref="MessageRefusedException">The broker does not take them; none was stored.</exception>
    /// <exception cref="WrongSiloException">The broker is not there now; none was stored.</exception>
    [Alias("Append")]
    Task<AppendReply> Append(MessageBatch batch);

    /// <summary>
    /// Reads messages from an offset on; waits for the first one if there is none and it is asked to.
    /// </summary>
    [Alias("Pull")]
    Task<PullReply> Pull(PullCommand command);

    /// <summary>The lowest offset that is still there, and the one that the next message gets.</summary>
    [Alias("GetOffsets")]
    Task<QueueOffsets> GetOffsets();

    /// <summary>The offset of the first message stored at a time or later; the end if there is none.</summary>
    [Alias("FindByTime")]
    Task<long> FindByTime(DateTimeOffset time);

    /// <summary>Commits how far a group consumed the queue; whether it counts: not behind its end.</summary>
    [Alias("Commit")]
    Task<bool> Commit(string group, long offset);

    /// <summary>How far a group consumed the queue; null if it has committed nothing.</summary>
    [Alias("QueryCommitted")]
    Task<long?> QueryCommitted(string group);

    /// <summary>
    /// Hands messages out to a group that acknowledges them one by one; nobody else gets them until their time is over.
    /// Waits for the first one if there is none and it is asked to.
    /// </summary>
    /// <exception cref="MessageRefusedException">The broker does not allow it.</exception>
    [Alias("Pop")]
    Task<PopReply> Pop(PopCommand command);

    /// <summary>
    /// Says that popped messages are done. Returns once that is as durable as the broker promises; saying it twice does
    /// no harm.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="poppedAt">When they were popped, as the reply said.</param>
    /// <param name="offsets">Their offsets.</param>
    /// <exception cref="MessageRefusedException">
    /// One of them was not handed out, or the group's offset was set since; the others count all the same.
    /// </exception>
    [Alias("Acknowledge")]
    Task Acknowledge(string group, long poppedAt, IReadOnlyList<long> offsets);

    /// <summary>
    /// Changes when a popped message comes again: later for who needs more time, at once with a time of 0.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="poppedAt">When it was popped, as the reply said.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="invisible">How long from now nobody else gets it.</param>
    /// <exception cref="MessageRefusedException">It is done, or was handed out to somebody else since.</exception>
    [Alias("ChangeInvisible")]
    Task ChangeInvisible(string group, long poppedAt, long offset, TimeSpan invisible);
}
