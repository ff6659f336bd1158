using OrleansMq.Protocol.Codes;

namespace OrleansMq.Grains.Queues;

/// <summary>A broker refused a call to one of its queues; the message says why and what to do.</summary>
[GenerateSerializer, Alias("OrleansMq.MessageRefused")]
public sealed class MessageRefusedException : Exception
{
    /// <summary>Says why.</summary>
    public MessageRefusedException(ResponseCode code, string problem)
        : base(problem) => Code = (int)code;

    /// <summary>RocketMQ's code for it, see <see cref="ResponseCode"/>.</summary>
    [Id(0)]
    public int Code { get; private set; }
}
