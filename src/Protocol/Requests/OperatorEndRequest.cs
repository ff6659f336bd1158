using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Requests;

/// <summary>Ends a transaction as an operator decides, whoever began it: 30012, of OrleansMq alone.</summary>
/// <param name="BrokerName">The broker that has the half message; null for the one that is asked.</param>
/// <param name="PhysicalOffset">Where the half message stands in that broker's log.</param>
/// <param name="Decision">
/// <see cref="EndTransactionRequest.Commit"/> or <see cref="EndTransactionRequest.Rollback"/>.
/// </param>
public sealed record OperatorEndRequest(string? BrokerName, long PhysicalOffset, int Decision)
{
    /// <summary>Reads the request; false with a sentence for the sender if a field is missing or wrong.</summary>
    public static bool TryRead(CommandReader command, out OperatorEndRequest request, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(command);
        var fields = new FieldParser(command);
        request = new OperatorEndRequest(
            fields.OptionalString("brokerName"u8),
            fields.RequiredInt64("commitLogOffset"u8),
            fields.RequiredInt32("commitOrRollback"u8));
        problem = fields.Problem;
        bool isDecision = request.Decision is EndTransactionRequest.Commit or EndTransactionRequest.Rollback;
        if (problem is null && !isDecision)
        {
            problem = $"The field 'commitOrRollback' is {request.Decision}; {EndTransactionRequest.Commit} (commit) or "
                + $"{EndTransactionRequest.Rollback} (roll back) is expected.";
        }

        return problem is null;
    }
}
