using OrleansMq.Broker.Sending;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Queues;
using OrleansMq.Protocol.Codes;
using OrleansMq.Storage.Confirmations;

namespace OrleansMq.Grains.Placement;

/// <summary>A grain beside a broker's log. Every call makes sure that the log is here.</summary>
internal abstract class OwnedGrain(LocalBroker broker) : Grain
{
    /// <summary>The broker.</summary>
    /// <exception cref="WrongSiloException">It is elsewhere; this activation ends.</exception>
    protected ValueTask<RunningBroker> GetOwnedAsync()
    {
        string name = BrokerKey.BrokerOf(this.GetPrimaryKeyString());
        return broker.Running is { } running && running.Host.Node.Identity.BrokerName == name
            ? ValueTask.FromResult(running)
            : RefuseAsync(name);
    }

    /// <summary>Waits until what was stored is as durable as the broker promises.</summary>
    /// <exception cref="MessageRefusedException">It is not, or nobody knows.</exception>
    protected async Task AwaitFlushAsync(SendResult result)
    {
        var flushed = new TaskCompletionSource<ConfirmationStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (RunningBroker.Call call = (await GetOwnedAsync()).Begin())
            call.Node.AwaitFlush(result, flushed.SetResult);
        ConfirmationStatus status = await flushed.Task;
        if (status == ConfirmationStatus.TimedOut)
        {
            throw new MessageRefusedException(
                ResponseCode.FlushDiskTimeout, "The messages are stored but were not flushed to disk in time.");
        }

        if (status != ConfirmationStatus.Confirmed)
        {
            throw new MessageRefusedException(
                ResponseCode.ServiceNotAvailable, "The broker's disk failed; whether they were stored is unknown.");
        }
    }

    /// <summary>
    /// This silo sent the call here because it knows no better: it asks before the caller tries again.
    /// </summary>
    private async ValueTask<RunningBroker> RefuseAsync(string name)
    {
        await broker.RefreshViewAsync();
        string? owner = broker.View.IsAlive(name) ? broker.View.FindBroker(name)!.Silo : null;

        // Silos remember where a grain was and would bring it to life here again, so that it must move, not just end.
        if (owner is null)
            this.EndActivation();
        else
            MigrateOnIdle();
        throw new WrongSiloException(name, owner);
    }
}

/// <summary>Ends activations from outside their class.</summary>
internal static class Activations
{
    /// <summary>Ends an activation after its call; the next call gets another, perhaps elsewhere.</summary>
    public static void EndActivation(this Grain grain) => grain.GrainContext.Deactivate(
        new(DeactivationReasonCode.ApplicationRequested, "It must not decide here any more."));
}
