using OrleansMq.Grains.Brokers;

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
