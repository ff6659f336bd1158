using OrleansMq.Client.Administration;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cli.DeadLetters;

/// <summary>Sends dead letters of all brokers again. Run twice, it sends nothing twice.</summary>
internal sealed class LetterResend(DeadLetterAdmin deadLetters, CancellationToken cancellation)
{
    private int _sent;
    private int _alreadySent;
    private int _beingSent;
    private int _refused;

    /// <summary>Sends them and says what came of it; whether none was refused.</summary>
    public async Task<bool> RunAsync(DeadLetterSelection selection, ResendOptions options)
    {
        await foreach ((string? broker, ResentEntry letter) in
            deadLetters.ResendAsync(selection, options, cancellation))
            Tell(selection.Group, broker, letter);
        string sent = options.IsDryRun ? "would be sent" : "sent";
        Console.WriteLine(
            $"{_sent} {sent}, {_alreadySent} sent before, {_beingSent} being sent, {_refused} refused");
        return _refused == 0;
    }

    private void Tell(string group, string? broker, ResentEntry letter)
    {
        if (broker is null)
            Console.Error.WriteLine($"No broker has the dead letter '{letter.MessageId}' of the group '{group}'.");
        else
            Console.WriteLine($"{broker} {letter.MessageId} {letter.Outcome} {letter.Problem ?? letter.Topic}");
        _sent += letter.Outcome is ResentEntry.WasSent or ResentEntry.WouldBeSent ? 1 : 0;
        _alreadySent += letter.Outcome == ResentEntry.WasSentBefore ? 1 : 0;
        _beingSent += letter.Outcome == ResentEntry.IsBeingSent ? 1 : 0;
        _refused += letter.Outcome is ResentEntry.WasRefused or ResentEntry.NotFound ? 1 : 0;
    }
}
