using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Topics;

namespace OrleansMq.Grains.Topics;

/// <summary>
/// A topic: its settings and which brokers have queues of it. The key is its name. What it answers is in the database
/// and in the cluster's list.
/// </summary>
[Alias("OrleansMq.Topic")]
public interface ITopicGrain : IGrainWithStringKey
{
    /// <summary>Creates the topic, or changes it everywhere and gives queues to the broker that was asked.</summary>
    [Alias("Put")]
    Task<TopicReply> Put(TopicConfig topic, string askedBroker);

    /// <summary>Finds the topic or creates it from a template.</summary>
    /// <param name="templateName">The template that the producer names.</param>
    /// <param name="template">That topic, if it is not the template of automatic topics.</param>
    /// <param name="requestedQueues">The queues that the producer asks for.</param>
    /// <param name="askedBroker">The broker that the producer asked.</param>
    [Alias("FindOrCreate")]
    Task<TopicReply> FindOrCreate(
        string templateName, TopicConfig? template, int requestedQueues, string askedBroker);

    /// <summary>The topic as the retry topic of a group.</summary>
    [Alias("FindOrCreateRetry")]
    Task<TopicReply> FindOrCreateRetry(string group, int queues, string askedBroker);

    /// <summary>The topic as the dead-letter topic of a group.</summary>
    [Alias("FindOrCreateDeadLetter")]
    Task<TopicReply> FindOrCreateDeadLetter(string group, string askedBroker);

    /// <summary>Deletes the topic with its queues.</summary>
    [Alias("Delete")]
    Task<TopicReply> Delete(string askedBroker);

    /// <summary>The topic as it is now.</summary>
    [Alias("Read")]
    Task<TopicEntry> Read();
}

/// <summary>What a topic decided.</summary>
/// <param name="Result">The decision.</param>
/// <param name="DirectoryVersion">The version of the cluster's directory that has it.</param>
[GenerateSerializer, Immutable, Alias("OrleansMq.TopicReply")]
public readonly record struct TopicReply(
    [property: Id(0)] TopicResult Result, [property: Id(1)] long DirectoryVersion);
