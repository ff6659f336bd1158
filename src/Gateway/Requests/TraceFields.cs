using System.Text;
using OrleansMq.Broker.Tracing;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// What the answer to a send tells a client that traces: whether it is to, and which region it names. Clients in Go
/// trace only what a broker says this of.
/// </summary>
internal sealed class TraceFields(TracingOptions options)
{
    private readonly byte[] _region = Encoding.ASCII.GetBytes(options.Region);
    private readonly byte[] _isOn = options.ClientTraces ? "true"u8.ToArray() : "false"u8.ToArray();

    public void WriteTo(ref CommandWriter writer)
    {
        writer.Field("MSG_REGION"u8, _region);
        writer.Field("TRACE_ON"u8, _isOn);
    }
}
