using OrleansMq.Grains.Brokers;

namespace OrleansMq.Grains.Hosting;

/// <summary>
/// Opens the broker before the silo takes calls, and lets clients in when it is active; the opposite when it stops.
/// </summary>
internal sealed class BrokerLifetime(LocalBroker broker) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(
            nameof(LocalBroker), ServiceLifecycleStage.ApplicationServices,
            _ =>
            {
                broker.Open();
                return Task.CompletedTask;
            },
            _ => broker.CloseAsync());
        lifecycle.Subscribe(
            nameof(BrokerLifetime), ServiceLifecycleStage.Active, broker.JoinAsync, _ => broker.LeaveAsync());
    }
}
