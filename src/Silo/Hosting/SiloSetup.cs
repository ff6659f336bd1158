using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using OrleansMq.Databases;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Grains.Hosting;
using OrleansMq.Grains.Storage;

namespace OrleansMq.Silo.Hosting;

/// <summary>How Orleans is set up for a broker.</summary>
internal static class SiloSetup
{
    private const int MissedProbes = 3;

    public static void AddBroker(this ISiloBuilder silo, BrokerSettings settings, SiloOptions options)
    {
        Database database = options.OpenDatabase(settings.Store.Directory);
        silo.AddOrleansMq(settings);
        silo.AddAdoNetGrainStorage(StateStorage.Name, storage =>
        {
            storage.Invariant = database.Invariant;
            storage.ConnectionString = database.ConnectionString;
            storage.GrainStorageSerializer = new JsonStateSerializer();
        });
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = options.ProbeInterval;
            membership.NumMissedProbesLimit = MissedProbes;
            membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
            membership.DefunctSiloExpiration = TimeSpan.FromDays(1);
        });
        silo.Configure<Orleans.Configuration.SiloOptions>(names => names.SiloName = settings.Broker.BrokerName);
        if (options.IsAlone)
        {
            silo.UseLocalhostClustering(
                options.SiloPort, options.GatewayPort, serviceId: options.ClusterId, clusterId: options.ClusterId);
            return;
        }

        silo.Configure<ClusterOptions>(cluster => cluster.ClusterId = cluster.ServiceId = options.ClusterId);
        silo.ConfigureEndpoints(
            IPAddress.Parse(options.Address), options.SiloPort, options.GatewayPort, listenOnAnyHostAddress: false);
        silo.UseAdoNetClustering(clustering =>
        {
            clustering.Invariant = database.Invariant;
            clustering.ConnectionString = database.ConnectionString;
        });
        silo.UseAdoNetReminderService(reminders =>
        {
            reminders.Invariant = database.Invariant;
            reminders.ConnectionString = database.ConnectionString;
        });
    }
}
