using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Lists the transactions that are not over: 30011, of OrleansMq alone.</summary>
/// <param name="BrokerName">The broker whose transactions are wanted; null for all brokers.</param>
/// <param name="State">prepared, committing, rollingBack or parked; null for all.</param>
/// <param name="ProducerGroup">Only those of this group; null for all.</param>
/// <param name="After">What the page before ended with; null for the first page.</param>
/// <param name="MaxCount">The most to list.</param>
public sealed record ListTransactionsRequest(
    string? BrokerName, string? State, string? ProducerGroup, string? After, int MaxCount)
{
    private const int DefaultCount = 100;

    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out ListTransactionsRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new ListTransactionsRequest(
            fields.OptionalString("brokerName"u8),
            fields.OptionalString("state"u8),
            fields.OptionalString("producerGroup"u8),
            fields.OptionalString("after"u8),
            fields.OptionalInt32("maxCount"u8, DefaultCount));
        problem = fields.Problem;
        return problem is null;
    }
}
