using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using OrleansMq.Broker;
using OrleansMq.Broker.Nodes;
using OrleansMq.Gateway;
using OrleansMq.Storage;

namespace OrleansMq.Standalone.Hosting;

/// <summary>All options of the process, read from its configuration and checked.</summary>
/// <param name="Store">The store.</param>
/// <param name="Broker">The broker.</param>
/// <param name="Gateway">The listener.</param>
/// <param name="AdvertisedAddress">Where clients reach the broker, HOST:PORT or HOST; null: where it listens.</param>
internal sealed record BrokerSettings(
    StoreOptions Store, BrokerOptions Broker, GatewayOptions Gateway, string? AdvertisedAddress)
{
    /// <summary>Reads the options.</summary>
    /// <exception cref="SettingsException">Some are wrong; the message names all of them.</exception>
    public static BrokerSettings Read(IConfiguration configuration)
    {
        StoreOptions store = Bind<StoreOptions>(configuration, StoreOptions.Section);
        BrokerOptions broker = Bind<BrokerOptions>(configuration, BrokerOptions.Section);
        GatewayOptions gateway = Bind<GatewayOptions>(configuration, GatewayOptions.Section);
        store.Directory = store.Directory.Length == 0
            ? DefaultDirectory(broker.BrokerName)
            : Path.GetFullPath(store.Directory);
        string[] problems =
        [
            .. store.Validate(), .. broker.Validate(), .. gateway.Validate(isAuthenticationConfigured: false),
        ];
        return problems.Length == 0
            ? new BrokerSettings(store, broker, gateway, configuration[$"{BrokerOptions.Section}:AdvertisedAddress"])
            : throw new SettingsException(problems);
    }

    /// <summary>Who the broker is, once it is known where it listens.</summary>
    /// <exception cref="SettingsException">The advertised address is none.</exception>
    public BrokerIdentity IdentityAt(IPEndPoint listening)
    {
        if (string.IsNullOrEmpty(AdvertisedAddress))
            return IdentityAt(Reachable(listening.Address), listening.Port);
        if (!IPEndPoint.TryParse(AdvertisedAddress, out IPEndPoint? advertised))
        {
            throw new SettingsException(
            [
                $"{BrokerOptions.Section}:AdvertisedAddress is '{AdvertisedAddress}'; "
                + "give an IP address, or one with a port.",
            ]);
        }

        return IdentityAt(advertised.Address, advertised.Port == 0 ? listening.Port : advertised.Port);
    }

    private BrokerIdentity IdentityAt(IPAddress address, int port) =>
        new(Broker.ClusterName, Broker.BrokerName, new IPEndPoint(address, port));

    private static T Bind<T>(IConfiguration configuration, string section)
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
