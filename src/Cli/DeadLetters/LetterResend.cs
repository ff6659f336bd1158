using OrleansMq.Cli.Brokers;
using OrleansMq.Client;
using OrleansMq.Client.Operating;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Cli.DeadLetters;

/// <summary>Sends dead letters of all brokers again, page by page. Run twice, it sends nothing twice.</summary>
internal sealed class LetterResend(BrokerSet brokers, CancellationToken cancellation)
{
    private int _sent;
    private int _alreadySent;
    private int _beingSent;
    private int _refused;

    /// <summary>Sends them and says what came of it; whether none was refused.</summary>
    public async Task<bool> RunAsync(ResendDeadLettersRequest request)
    {
        List<string> missing = [.. request.MessageIds];
        foreach ((string name, BrokerOperations operations) in brokers.All)
        {
            if (request.MessageIds.Count == 0)
                await SendAllAsync(name, operations, request);
            else if (missing.Count > 0)
                await SendNamedAsync(name, operations, request with { MessageIds = missing.ToArray() }, missing);
        }

        foreach (string id in missing)
            Console.Error.WriteLine($"No broker has the dead letter '{id}' of the group '{request.Group}'.");
        string sent = request.IsDryRun ? "would be sent" : "sent";
        Console.WriteLine(
            $"{_sent} {sent}, {_alreadySent} sent before, {_beingSent} being sent, "
            + $"{_refused + missing.Count} refused");
        return _refused + missing.Count == 0;
    }

    private async Task SendAllAsync(string broker, BrokerOperations operations, ResendDeadLettersRequest request)
    {
        while (await SendAsync(operations, request) is { } report)
        {
            Count(broker, report.Letters);
            if (report.Next is null || report.Next == request.Cursor)
                return;
            request = request with { Cursor = report.Next };
        }
    }

    private async Task SendNamedAsync(
        string broker, BrokerOperations operations, ResendDeadLettersRequest request, List<string> missing)
    {
        if (await SendAsync(operations, request) is not { } report)
            return;

        // The answer tells of them in the order in which they were named.
        for (int index = 0; index < report.Letters.Count; index++)
        {
            if (report.Letters[index].Outcome != ResentEntry.NotFound)
                missing.Remove(request.MessageIds[index]);
        }

        Count(broker, report.Letters.Where(letter => letter.Outcome != ResentEntry.NotFound));
    }

    private void Count(string broker, IEnumerable<ResentEntry> letters)
    {
        foreach (ResentEntry letter in letters)
        {
            Console.WriteLine($"{broker} {letter.MessageId} {letter.Outcome} {letter.Problem ?? letter.Topic}");
            _sent += letter.Outcome is ResentEntry.WasSent or ResentEntry.WouldBeSent ? 1 : 0;
            _alreadySent += letter.Outcome == ResentEntry.WasSentBefore ? 1 : 0;
            _beingSent += letter.Outcome == ResentEntry.IsBeingSent ? 1 : 0;
            _refused += letter.Outcome == ResentEntry.WasRefused ? 1 : 0;
        }
    }

    private async Task<ResendReport?> SendAsync(BrokerOperations operations, ResendDeadLettersRequest request)
    {
        try
        {
            return await operations.ResendDeadLettersAsync(request, cancellation);
        }
        catch (RemotingException refusal) when (refusal.Code == ResponseCode.TopicNotExist)
        {
            // This broker has none of the group.
            return null;
        }
    }
}
