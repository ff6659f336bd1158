using OrleansMq.Client.Diagnostics;
using OrleansMq.Client.Producing;
using OrleansMq.Client.Sending;

namespace OrleansMq.Client.Tests.Diagnostics;

public sealed class SendObservationTests
{
    [Fact]
    public void Observation_AllocatesNothing_WhenNobodyListens()
    {
        var message = new Message { Topic = "Orders" };
        var options = new ClientOptions();
        var receipt = new SendReceipt(
            "Orders", "a", SendStatus.Ok, SendDurability.Disk, UniqueId.Of(message, options.Time), null!, 0);
        Observe(message, options, receipt);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int time = 0; time < 1_000; time++)
            Observe(message, options, receipt);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Observe(Message message, ClientOptions options, in SendReceipt receipt)
    {
        SendObservation observation = SendObservation.Begin(message, options);
        Assert.Null(observation.Context);
        observation.Succeeded(receipt);
        observation.Failed(NoFailure);
    }

    private static readonly Exception NoFailure = new InvalidOperationException();
}
