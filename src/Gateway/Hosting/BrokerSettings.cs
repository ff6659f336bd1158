using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using OrleansMq.Broker;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Storage;

namespace OrleansMq.Gateway.Hosting;

/// <summary>All options of a broker in its host.</summary>
public sealed class BrokerSettings
{
    /// <summary>The store. Without a directory it gets one of the user's, named after the broker.</summary>
    public StoreOptions Store { get; init; } = new();

    /// <summary>The broker.</summary>
    public BrokerOptions Broker { get; init; } = new();

    /// <summary>The listener.</summary>
    public GatewayOptions Gateway { get; init; } = new();

    /// <summary>How the broker goes along with others; without meaning when it is alone.</summary>
    public ClusteringOptions Cluster { get; init; } = new();

    /// <summary>Reads the options from a host's configuration and checks them.</summary>
    /// <exception cref="SettingsException">Some are wrong; the message names all of them.</exception>
    public static BrokerSettings Read(IConfiguration configuration)
    {
        var settings = new BrokerSettings
        {
            Store = Bind<StoreOptions>(configuration, StoreOptions.Section),
            Broker = Bind<BrokerOptions>(configuration, BrokerOptions.Section),
            Gateway = Bind<GatewayOptions>(configuration, GatewayOptions.Section),
            Cluster = Bind<ClusteringOptions>(configuration, ClusteringOptions.Section),
        };
        settings.Check();
        return settings;
    }

    /// <summary>Completes and checks the options.</summary>
    /// <exception cref="SettingsException">Some are wrong; the message names all of them.</exception>
    public void Check()
    {
        Store.Directory = Store.Directory.Length == 0
            ? DefaultDirectory(Broker.BrokerName)
            : Path.GetFullPath(Store.Directory);
        string[] problems =
        [
            .. Store.Validate(), .. Broker.Validate(), .. Gateway.Validate(isAuthenticationConfigured: false),
            .. Cluster.Validate(),
        ];
        if (problems.Length > 0)
            throw new SettingsException(problems);
    }

    /// <summary>Reads the options of a section.</summary>
    /// <exception cref="SettingsException">A value is of the wrong kind.</exception>
    public static T Bind<T>(IConfiguration configuration, string section)
        where T : class, new()
    {
        try
        {
            return configuration.GetSection(section).Get<T>() ?? new T();
        }
        catch (InvalidOperationException cause)
        {
            string? detail = cause.InnerException?.Message;
            throw new SettingsException([detail is null ? cause.Message : $"{cause.Message} {detail}"]);
        }
    }

    /// <summary>Who the broker is, once it is known where it listens.</summary>
    /// <exception cref="SettingsException">The advertised address is none.</exception>
    internal BrokerIdentity IdentityAt(IPEndPoint listening)
    {
        if (string.IsNullOrEmpty(Broker.AdvertisedAddress))
            return IdentityAt(Reachable(listening.Address), listening.Port);
        if (!IPEndPoint.TryParse(Broker.AdvertisedAddress, out IPEndPoint? advertised))
        {
            throw new SettingsException(
            [
                $"{BrokerOptions.Section}:AdvertisedAddress is '{Broker.AdvertisedAddress}'; "
                + "give an IP address, or one with a port.",
            ]);
        }

        return IdentityAt(advertised.Address, advertised.Port == 0 ? listening.Port : advertised.Port);
    }

    private BrokerIdentity IdentityAt(IPAddress address, int port) =>
        new(Broker.ClusterName, Broker.BrokerName, new IPEndPoint(address, port));

    private static string DefaultDirectory(string brokerName) => Path.Combine(
        Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "OrleansMq", brokerName);

    private static IPAddress Reachable(IPAddress listening)
    {
        if (!listening.Equals(IPAddress.Any) && !listening.Equals(IPAddress.IPv6Any))
            return listening;

        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork)
            .FirstOrDefault(address => !IPAddress.IsLoopback(address))
            ?? IPAddress.Loopback;
    }
}
