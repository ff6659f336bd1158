using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client;

/// <summary>Groups that are sent elsewhere.</summary>
public sealed partial class BrokerClient
{
    /// <summary>
    /// Sends a group to the messages of a time, forth or back, in all queues that this broker has of a topic; returns
    /// where it goes on.
    /// </summary>
    /// <param name="group">The group; online or not.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="time">The time; null skips all messages.</param>
    /// <param name="cancellation">Gives up the wait; the group may be sent there all the same.</param>
    public Task<IReadOnlyDictionary<MessageQueueKey, long>> ResetOffsetsAsync(
        string group, string topic, DateTimeOffset? time, CancellationToken cancellation = default)
    {
        RemotingCommand request = Request(RequestCode.InvokeBrokerToResetOffset);
        request.Fields["timestamp"] = Text(time?.ToUnixTimeMilliseconds() ?? -1);
        return ResetAsync(request, group, topic, cancellation);
    }

    /// <summary>Sends a group to an offset of one queue; returns where it goes on.</summary>
    public Task<IReadOnlyDictionary<MessageQueueKey, long>> ResetOffsetAsync(
        string group, string topic, int queueId, long offset, CancellationToken cancellation = default)
    {
        RemotingCommand request = Request(RequestCode.InvokeBrokerToResetOffset);
        request.Fields["timestamp"] = "0";
        request.Fields["queueId"] = Text(queueId);
        request.Fields["offset"] = Text(offset);
        return ResetAsync(request, group, topic, cancellation);
    }

    /// <summary>Sends a group to where another one is, in the queues of this broker.</summary>
    /// <param name="sourceGroup">The group that is copied.</param>
    /// <param name="destinationGroup">The group that is sent there; created if need be.</param>
    /// <param name="topic">The only topic meant; null for all that the source consumed.</param>
    /// <param name="cancellation">Gives up the wait.</param>
    public async Task CloneOffsetsAsync(
        string sourceGroup, string destinationGroup, string? topic = null, CancellationToken cancellation = default)
    {
        RemotingCommand request = Request(RequestCode.CloneGroupOffset);
        request.Fields["srcGroup"] = sourceGroup;
        request.Fields["destGroup"] = destinationGroup;
        request.Fields["offline"] = "true";
        if (topic is not null)
            request.Fields["topic"] = topic;
        await CallAsync(request, cancellation).ConfigureAwait(false);
    }

    private async Task<IReadOnlyDictionary<MessageQueueKey, long>> ResetAsync(
        RemotingCommand request, string group, string topic, CancellationToken cancellation)
    {
        request.Fields["group"] = group;
        request.Fields["topic"] = topic;
        request.Fields["isForce"] = "true";
        RemotingCommand answer = await CallAsync(request, cancellation).ConfigureAwait(false);
        return ResetOffsetBody.TryRead(answer.Body.Span, out ResetOffsetBody? offsets, out string? problem)
            ? offsets.OffsetTable
            : throw new InvalidDataException(problem);
    }
}
