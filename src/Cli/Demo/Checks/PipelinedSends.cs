using OrleansMq.Client;
using OrleansMq.Client.Sending;

namespace OrleansMq.Cli.Demo.Checks;

/// <summary>Sends without waiting for each answer; answers are noted in the order of the messages.</summary>
internal static class PipelinedSends
{
    /// <summary>Sends until it is told to stop or the connection ends, and then waits for the answers.</summary>
    public static async Task RunAsync(
        BrokerClient client, Ledger ledger, int producer, int inFlight, int bodyBytes, Func<bool> isOver,
        CancellationToken cancellation)
    {
        var waiting = new Queue<(int Sequence, Task<SendOutcome> Send)>(inFlight);
        while (!isOver())
        {
            int sequence = ledger.Send(producer);
            var message = new Message { Topic = ledger.Topic, Body = DemoBody.Make(producer, sequence, bodyBytes) };
            waiting.Enqueue((sequence, client.SendAsync(message, ledger.QueueOf(producer), cancellation).AsTask()));
            if (waiting.Count >= inFlight)
                await TakeAsync(ledger, producer, waiting.Dequeue());
        }

        while (waiting.TryDequeue(out (int, Task<SendOutcome>) next))
            await TakeAsync(ledger, producer, next);
    }

    private static async Task TakeAsync(Ledger ledger, int producer, (int Sequence, Task<SendOutcome> Send) next)
    {
        try
        {
            ledger.Acknowledge(producer, next.Sequence, (await next.Send).QueueOffset);
        }
        catch (ConnectionLostException)
        {
            // Whether it was stored stays unknown; the ledger says so.
        }
    }
}
