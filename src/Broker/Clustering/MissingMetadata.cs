using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Clustering;

/// <summary>
/// What the data path lacks to go on, which only the control plane can give: provide it, then try the request again.
/// </summary>
public abstract record MissingMetadata
{
    /// <summary>Asks the control plane for it; why the request must be refused, or null to try it again.</summary>
    public abstract ValueTask<MetadataRefusal?> ProvideAsync(IControlPlane controlPlane);

    internal static MetadataRefusal? RefusalOf(TopicResult result)
    {
        ResponseCode code = result.Status switch
        {
            TopicStatus.NotFound => ResponseCode.TopicNotExist,
            TopicStatus.Reserved => ResponseCode.NoPermission,
            TopicStatus.Unavailable => ResponseCode.ServiceNotAvailable,
            _ => ResponseCode.MessageIllegal,
        };
        return result.Problem is null ? null : new MetadataRefusal(code, result.Problem);
    }
}

/// <summary>Why something cannot be provided.</summary>
/// <param name="Code">The answer's code.</param>
/// <param name="Problem">The reason, for people.</param>
public sealed record MetadataRefusal(ResponseCode Code, string Problem);

/// <summary>A topic that a message is for.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Template">The template that the producer names, usually TBW102.</param>
/// <param name="RequestedQueues">The queues that the producer asks for.</param>
public sealed record MissingTopic(string Name, string Template, int RequestedQueues) : MissingMetadata
{
    /// <inheritdoc/>
    public override async ValueTask<MetadataRefusal?> ProvideAsync(IControlPlane controlPlane) => RefusalOf(
        await controlPlane.FindOrCreateTopicAsync(Name, Template, RequestedQueues).ConfigureAwait(false));
}

/// <summary>The topic from which a group's failed messages come again.</summary>
/// <param name="Group">The group.</param>
/// <param name="Queues">How many queues it is to have.</param>
public sealed record MissingRetryTopic(string Group, int Queues) : MissingMetadata
{
    /// <inheritdoc/>
    public override async ValueTask<MetadataRefusal?> ProvideAsync(IControlPlane controlPlane) =>
        RefusalOf(await controlPlane.FindOrCreateRetryTopicAsync(Group, Queues).ConfigureAwait(false));
}

/// <summary>The topic for the messages that a group gave up.</summary>
/// <param name="Group">The group.</param>
public sealed record MissingDeadLetterTopic(string Group) : MissingMetadata
{
    /// <inheritdoc/>
    public override async ValueTask<MetadataRefusal?> ProvideAsync(IControlPlane controlPlane) =>
        RefusalOf(await controlPlane.FindOrCreateDeadLetterTopicAsync(Group).ConfigureAwait(false));
}

/// <summary>A consumer group.</summary>
/// <param name="Name">The group.</param>
public sealed record MissingGroup(string Name) : MissingMetadata
{
    /// <inheritdoc/>
    public override async ValueTask<MetadataRefusal?> ProvideAsync(IControlPlane controlPlane)
    {
        SubscriptionGroupResult result = await controlPlane.FindOrCreateGroupAsync(Name).ConfigureAwait(false);
        ResponseCode code = result.Status == SubscriptionGroupStatus.Unavailable
            ? ResponseCode.ServiceNotAvailable
            : ResponseCode.SubscriptionGroupNotExist;
        return result.Problem is null ? null : new MetadataRefusal(code, result.Problem);
    }
}
