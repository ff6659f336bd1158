using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Dead letters that are listed, 30021 and 30022, shown, 30023, and sent again, 30024.</summary>
internal sealed class DeadLetterRequests(BrokerNode node)
{
    public void Register(RequestTable table)
    {
        table.Add(RequestCode.ListDeadLetterGroups, ListGroups);
        table.Add<ListDeadLettersRequest>(RequestCode.ListDeadLetters, ListDeadLettersRequest.TryRead, List);
        table.Add<ShowDeadLetterRequest>(RequestCode.ShowDeadLetter, ShowDeadLetterRequest.TryRead, Show);
        table.Add<ResendDeadLettersRequest>(RequestCode.ResendDeadLetters, ResendDeadLettersRequest.TryRead, Resend);
    }

    private void ListGroups(ClientSession session) =>
        session.Defer(reply => reply.Answer(node.DeadLetters.ListGroups().WriteTo));

    private void List(ClientSession session, ListDeadLettersRequest request) => session.Defer(reply =>
    {
        if (node.DeadLetters.List(request, out string? problem) is { } list)
            reply.Answer(list.WriteTo);
        else
            reply.Answer(ResponseCode.QueryNotFound, problem);
    });

    private void Show(ClientSession session, ShowDeadLetterRequest request) => session.Defer(reply =>
    {
        if (node.DeadLetters.Show(request, out string? problem) is { } details)
            reply.Answer(details.WriteTo);
        else
            reply.Answer(ResponseCode.QueryNotFound, problem);
    });

    private void Resend(ClientSession session, ResendDeadLettersRequest request) => session.Defer(async reply =>
    {
        ResendReport? report = null;
        SendResult last = await ProvidedSend.TryAsync(node, () =>
        {
            (report, SendResult sent) = node.DeadLetterSender.Send(request);
            return sent;
        }).ConfigureAwait(false);
        if (report is null)
            reply.Answer(last.Code, last.Problem);
        else
            StoredAnswer.Give(node, reply, last, () => reply.Answer(report.WriteTo));
    });
}
