using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Asks for the topics of a cluster: 224. RocketMQ: GetTopicsByClusterRequestHeader.</summary>
/// <param name="Cluster">The cluster.</param>
public sealed record ClusterTopicsRequest(string Cluster)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ClusterTopicsRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ClusterTopicsRequest(fields.RequiredString("cluster"u8));
        problem = fields.Problem;
        return problem is null;
    }
}
