using System.Globalization;
using System.Text;
using OrleansMq.Broker.Nodes;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// The options in force, of the broker, 26, and of the name service, which is the same process, 319. They are changed
/// in the configuration only: 25 and 318 are refused.
/// </summary>
internal sealed class ConfigurationRequests(BrokerNode node, bool isTlsOffered)
{
    /// <summary>RocketMQ's brokers could be made to run programs this way: CVE-2023-33246.</summary>
    private const string Refusal =
        "The options of a running broker are not changed over the network. Change its configuration and restart it; "
        + "26 GET_BROKER_CONFIG shows what is in force.";

    public void Register(RequestTable table)
    {
        table.Add(RequestCode.GetBrokerConfig, Show);
        table.Add(RequestCode.GetNameServerConfig, Show);
        table.Add(RequestCode.UpdateBrokerConfig, session => session.Refuse(ResponseCode.NoPermission, Refusal));
        table.Add(RequestCode.UpdateNameServerConfig, session => session.Refuse(ResponseCode.NoPermission, Refusal));
    }

    private void Show(ClientSession session)
    {
        string tls = isTlsOffered ? "true" : "false";
        byte[] text = Encoding.UTF8.GetBytes($"{ConfigurationText.Of(node)}useTLS={tls}\n");
        string version = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"counter":1,"timestamp":{{node.Statistics.StartedAtMilliseconds}}}""");
        session.Reply.Answer(
            ResponseCode.Success, (Text: text, Version: Encoding.UTF8.GetBytes(version)),
            static (ref CommandWriter writer, (byte[] Text, byte[] Version) answer) =>
            {
                writer.Field("version"u8, answer.Version);
                writer.Body(answer.Text);
            });
    }
}
