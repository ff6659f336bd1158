using OrleansMq.Client.Receiving;

namespace OrleansMq.Cli.Demo;

/// <summary>
/// Compares what consumers got with what producers sent. Messages of one queue are taken by one thread at a time and in
/// the order they came; different queues by any thread.
/// </summary>
internal sealed class Verification(Ledger ledger, CheckResult result)
{
    private readonly HashSet<int>[] _seen = [.. Enumerable.Range(0, ledger.Producers).Select(_ => new HashSet<int>())];
    private readonly int[] _last = [.. Enumerable.Repeat(-1, ledger.Producers)];
    private long _outOfOrder;
    private long _count;

    /// <summary>Messages taken.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Takes a message.</summary>
    public void Take(ReceivedMessage message)
    {
        Interlocked.Increment(ref _count);
        string place = $"{message.Topic}, queue {message.QueueId}, offset {message.QueueOffset}";
        if (message.BodyStatus != BodyStatus.Whole
            || !DemoBody.TryRead(message.Body.Span, out int producer, out long number)
            || producer < 0 || producer >= ledger.Producers || number < 0 || number >= ledger.CountOf(producer))
        {
            result.Fail($"{place}: no body that was sent ({message.BodyStatus}, {message.Body.Length} bytes)");
            return;
        }

        int sequence = (int)number;
        if (ledger.QueueOf(producer) != message.QueueId)
            result.Fail($"{place}: expected in queue {ledger.QueueOf(producer)}");
        if (ledger.OffsetOf(producer, sequence) is { } offset && offset != message.QueueOffset)
            result.Fail($"{place}: acknowledged at offset {offset}");
        if (!_seen[producer].Add(sequence))
            result.Fail($"{place}: message {sequence} of producer {producer} came twice");
        else if (sequence < _last[producer])
            Interlocked.Increment(ref _outOfOrder);
        _last[producer] = Math.Max(_last[producer], sequence);
    }

    /// <summary>Looks for what did not come. Call once, when all was taken.</summary>
    public void Complete()
    {
        long lost = 0;
        for (int producer = 0; producer < ledger.Producers; producer++)
        {
            for (int sequence = 0; sequence < ledger.CountOf(producer); sequence++)
            {
                if (ledger.OffsetOf(producer, sequence) is { } offset && !_seen[producer].Contains(sequence))
                {
                    lost++;
                    result.Fail(
                        $"{ledger.Topic}, queue {ledger.QueueOf(producer)}, offset {offset}: acknowledged, " +
                        "but never came");
                }
            }
        }

        result.Lost += lost;
        result.OutOfOrder += _outOfOrder;
        if (_outOfOrder > 0)
            result.Fail($"{ledger.Topic}: {_outOfOrder} messages came behind a later one of their producer");
    }
}
