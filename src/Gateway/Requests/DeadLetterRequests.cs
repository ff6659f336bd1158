using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>Dead letters that are listed, 30021 and 30022, shown, 30023, and sent again, 30024.</summary>
internal sealed class DeadLetterRequests(BrokerNode node)
{
    /// <summary>The group and its retry topic may be missing in turn, and be deleted in between.</summary>
    private const int MaxAttempts = 4;

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
        (ResendReport? report, SendResult last) = node.DeadLetterSender.Send(request);
        for (int attempt = 0; last.Missing is not null && attempt < MaxAttempts; attempt++)
        {
            if (await last.Missing.ProvideAsync(node.ControlPlane).ConfigureAwait(false) is { } refusal)
            {
                reply.Answer(refusal.Code, refusal.Problem);
                return;
            }

            (report, last) = node.DeadLetterSender.Send(request);
        }

        if (report is null)
            reply.Answer(last.Code, last.Problem);
        else
            StoredAnswer.Give(node, reply, last, () => reply.Answer(report.WriteTo));
    });
}
