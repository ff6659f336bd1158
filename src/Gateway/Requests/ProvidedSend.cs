using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;

namespace OrleansMq.Gateway.Requests;

/// <summary>Stores something, and tries again once the topic or group that it lacked is provided.</summary>
internal static class ProvidedSend
{
    /// <summary>A group and the topic of its copies may be missing in turn, and be deleted in between.</summary>
    private const int MaxAttempts = 4;

    /// <summary>Tries until nothing is missing any more, or it cannot be provided.</summary>
    /// <param name="node">The broker.</param>
    /// <param name="send">Tries once; called again after each thing that was provided.</param>
    public static async ValueTask<SendResult> TryAsync(BrokerNode node, Func<SendResult> send)
    {
        SendResult result = send();
        for (int attempt = 0; result.Missing is not null && attempt < MaxAttempts; attempt++)
        {
            if (await result.Missing.ProvideAsync(node.ControlPlane).ConfigureAwait(false) is { } refusal)
                return new SendResult(refusal.Code, refusal.Problem, default, -1, false);
            result = send();
        }

        return result;
    }
}
