using System.Globalization;
using OrleansMq.Broker.ClientCalls;
using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Topics;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Broker.Offsets;

/// <summary>
/// Tells the members of a group that they were sent elsewhere, so that they drop what they hold (code 220). A member
/// that is not told, or does not know the code, finds out with its next pull.
/// </summary>
internal sealed class ResetNotices(BrokerNode node)
{
    private static readonly string s_cpp = LanguageCode.Cpp.ToString();

    /// <summary>Tells all members, those elsewhere in the cluster too.</summary>
    public async ValueTask SendAsync(
        GroupHandle group, TopicHandle topic, long timestamp, IReadOnlyDictionary<MessageQueueKey, long> offsets,
        bool asCpp)
    {
        if (offsets.Count == 0)
            return;

        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["topic"] = topic.Name,
            ["group"] = group.Name,
            ["timestamp"] = timestamp.ToString(CultureInfo.InvariantCulture),
            ["isForce"] = "true",
        };
        var body = new ResetOffsetBody { OffsetTable = new Dictionary<MessageQueueKey, long>(offsets) };
        var call = new ClientCall(RequestCode.ResetConsumerClientOffset, fields, Write(body.WriteTo));
        ClientCall cppCall = call with { Body = Write(body.WriteListTo) };
        await node.ConsumerCalls.TellAllAsync(
            group.Name, ProtocolVersions.V307, member => asCpp || member.Language == s_cpp ? cppCall : call)
            .ConfigureAwait(false);
    }

    private static byte[] Write(Action<OutputBuffer> write)
    {
        using var output = new OutputBuffer();
        write(output);
        return output.WrittenSpan.ToArray();
    }
}
