using System.Diagnostics.CodeAnalysis;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.TestKit.Faults;

/// <summary>Which requests send messages, and to where.</summary>
internal static class SendTopics
{
    /// <summary>The topic that a request sends to; false when it sends nothing.</summary>
    public static bool TryGet(CommandReader request, [NotNullWhen(true)] out string? topic)
    {
        topic = (RequestCode)request.Code switch
        {
            RequestCode.SendMessage => Field(request, "topic"),
            RequestCode.SendMessageV2 or RequestCode.SendBatchMessage => Field(request, "b"),
            _ => null,
        };
        return topic is not null;
    }

    private static string Field(CommandReader request, string name) =>
        request.ToDictionary().GetValueOrDefault(name, "");
}
