using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Lists the transactions that are not over: 30011, of OrleansMq alone.</summary>
/// <param name="BrokerName">The broker whose transactions are wanted; null for all brokers.</param>
/// <param name="State">prepared, committing, rollingBack or parked; null for all.</param>
/// <param name="ProducerGroup">Only those of this group; null for all.</param>
/// <param name="Cursor">Where the page before ended; null for the first.</param>
/// <param name="MaxCount">The most wanted; the broker has a limit of its own.</param>
public sealed record ListTransactionsRequest(
    string? BrokerName, string? State, string? ProducerGroup, string? Cursor, int MaxCount)
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
            fields.OptionalString("cursor"u8),
            fields.OptionalInt32("maxNum"u8, DefaultCount));
        problem = fields.Problem;
        return problem is null;
    }
}
