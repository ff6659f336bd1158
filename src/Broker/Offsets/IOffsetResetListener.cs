using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Offsets;

/// <summary>
/// What must forget how far a group was when an operator sends the group elsewhere, for example messages that it holds
/// unacknowledged.
/// </summary>
public interface IOffsetResetListener
{
    /// <summary>
    /// A group's offset in a queue was set and is on disk. Called before the operator is answered, under no lock.
    /// </summary>
    void OnReset(GroupHandle group, TopicHandle topic, int queueId, long offset);
}
