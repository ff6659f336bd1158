using System.Text;
using OrleansMq.Client.Consuming;
using OrleansMq.Client.Receiving;

namespace OrleansMq.Sdk.Tests.Consuming;

/// <summary>What handlers got, in the order in which they got it. A wait that takes too long says what is missing.</summary>
public sealed class Inbox
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private readonly Lock _gate = new();
    private readonly List<ReceivedMessage> _messages = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The messages so far.</summary>
    public IReadOnlyList<ReceivedMessage> Messages
    {
        get
        {
            lock (_gate)
                return [.. _messages];
        }
    }

    /// <summary>The bodies so far.</summary>
    public IReadOnlyList<string> Bodies => [.. Messages.Select(BodyOf)];

    /// <summary>A body as text.</summary>
    public static string BodyOf(ReceivedMessage message) => Encoding.UTF8.GetString(message.Body.Span);

    /// <summary>A handler that acknowledges.</summary>
    public ValueTask<ConsumeResult> Ack(ReceivedMessage message, CancellationToken cancellation)
    {
        Add(message);
        return ValueTask.FromResult(ConsumeResult.Ack);
    }

    /// <summary>A handler that says what is to become of a message.</summary>
    public MessageHandler Answer(Func<ReceivedMessage, ConsumeResult> decide) => (message, _) =>
    {
        Add(message);
        return ValueTask.FromResult(decide(message));
    };

    /// <summary>A message has come.</summary>
    public void Add(ReceivedMessage message)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _messages.Add(message);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    /// <summary>Waits for so many messages, the same one counted as often as it came.</summary>
    public Task WaitAsync(int count) => WaitAsync(
        $"{count} messages", messages => messages.Count >= count);

    /// <summary>Waits for messages with all these bodies.</summary>
    public Task WaitAsync(IEnumerable<string> bodies)
    {
        string[] wanted = [.. bodies];
        return WaitAsync(
            $"the {wanted.Length} bodies {string.Join(", ", wanted.Take(5))}",
            messages => messages.Count >= wanted.Length
                && messages.Select(BodyOf).ToHashSet().IsSupersetOf(wanted));
    }

    /// <summary>Waits for what messages fulfil together.</summary>
    public async Task WaitAsync(string what, Func<IReadOnlyList<ReceivedMessage>, bool> isThere)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (isThere(_messages))
                    return;
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail(
                    $"Waited {Limit.TotalSeconds} s for {what}; {Messages.Count} messages came, the last ones: "
                    + string.Join(", ", Bodies.TakeLast(10)));
            }
        }
    }
}
