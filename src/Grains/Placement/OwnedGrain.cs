using OrleansMq.Grains.Brokers;

namespace OrleansMq.Grains.Placement;

/// <summary>A grain beside a broker's log. Every call makes sure that the log is here.</summary>
internal abstract class OwnedGrain(LocalBroker broker) : Grain
{
    /// <summary>The broker.</summary>
    /// <exception cref="WrongSiloException">It is elsewhere; this activation ends.</exception>
    protected RunningBroker Owned
    {
        get
        {
            string name = BrokerKey.BrokerOf(this.GetPrimaryKeyString());
            if (broker.Running is { } running && running.Host.Node.Identity.BrokerName == name)
                return running;

            this.EndActivation();
            throw new WrongSiloException(name, broker.View.IsAlive(name) ? broker.View.FindBroker(name)!.Silo : null);
        }
    }
}

/// <summary>Ends activations from outside their class.</summary>
internal static class Activations
{
    /// <summary>Ends an activation after its call; the next call gets another, perhaps elsewhere.</summary>
    public static void EndActivation(this Grain grain) => grain.GrainContext.Deactivate(
        new(DeactivationReasonCode.ApplicationRequested, "It must not decide here any more."));
}
