using System.Globalization;
using System.Text;
using OrleansMq.Broker.Popping;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// The answer to a pop. Clients make a message's handle of it: the times, and for each queue the first offset and all
/// offsets in the order of the records. RocketMQ: <c>PopMessageResponseHeader</c>.
/// </summary>
internal static class PopAnswer
{
    public static void Write(ReplyAddress reply, PopOutcome outcome, long invisibleMilliseconds, OutputBuffer body) =>
        reply.Answer(outcome.Code, (outcome, invisibleMilliseconds, body), Fill);

    private static void Fill(
        ref CommandWriter writer, (PopOutcome Outcome, long InvisibleMilliseconds, OutputBuffer Body) pop)
    {
        PopOutcome outcome = pop.Outcome;
        writer.Field("popTime"u8, outcome.PoppedAt);
        writer.Field("invisibleTime"u8, pop.InvisibleMilliseconds);
        writer.Field("reviveQid"u8, outcome.IsOrdered ? PopHandle.OrderedReviveQueue : 0);
        writer.Field("restNum"u8, outcome.Rest);
        if (outcome.Messages.Count == 0)
            return;

        IGrouping<int, PoppedMessage>[] queues = [.. outcome.Messages.GroupBy(message => message.QueueId)];
        writer.Field("startOffsetInfo"u8, TextOf(queues, StartOffset));
        writer.Field("msgOffsetInfo"u8, TextOf(queues, Offsets));
        if (outcome.IsOrdered)
            writer.Field("orderCountInfo"u8, TextOf(outcome.Messages, OrderCount));
        writer.Body(pop.Body.WrittenSpan);
    }

    private static string TextOf<T>(IEnumerable<T> items, Func<T, FormattableString> format)
    {
        var text = new StringBuilder();
        foreach (T item in items)
            text.Append(text.Length > 0 ? ";" : "").Append(format(item).ToString(CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private static FormattableString StartOffset(IGrouping<int, PoppedMessage> queue) =>
        $"0 {queue.Key} {queue.Min(message => message.Offset)}";

    private static FormattableString Offsets(IGrouping<int, PoppedMessage> queue) =>
        $"0 {queue.Key} {string.Join(',', queue.Select(message => message.Offset))}";

    private static FormattableString OrderCount(PoppedMessage message) =>
        $"0 qo{message.QueueId}%{message.Offset} {message.Attempt - 1}";
}
