using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>
/// Has the producers of parked transactions asked again: 30013, of OrleansMq alone. Of one transaction, or of all of a
/// producer group.
/// </summary>
/// <param name="BrokerName">
/// The broker that has the half messages; null for the one that is asked, and with a group for all brokers.
/// </param>
/// <param name="PhysicalOffset">Where the half message stands; null for all of the group.</param>
/// <param name="ProducerGroup">The group; null with a position.</param>
public sealed record ResumeTransactionsRequest(string? BrokerName, long? PhysicalOffset, string? ProducerGroup)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ResumeTransactionsRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        long physicalOffset = fields.OptionalInt64("commitLogOffset"u8, -1);
        request = new ResumeTransactionsRequest(
            fields.OptionalString("brokerName"u8),
            physicalOffset < 0 ? null : physicalOffset,
            fields.OptionalString("producerGroup"u8));
        problem = fields.Problem;
        if (problem is null && request.PhysicalOffset is null == request.ProducerGroup is null)
        {
            problem = "One of the fields 'commitLogOffset' (one transaction) and 'producerGroup' (all parked ones of a "
                + "group) is expected.";
        }

        return problem is null;
    }
}
