using System.Globalization;
using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Transactions;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// What operators do with transactions that are not over: list them, 30011, end one, 30012, have producers asked again,
/// 30013. Any broker can be asked for those of all brokers.
/// </summary>
internal sealed class OpenTransactionRequests(BrokerNode node)
{
    private const int MaxListed = 1_000;
    private const char BeforeOffset = '@';

    private string Own => node.Identity.BrokerName;

    private ITransactionPeers Peers => node.ControlPlane.TransactionPeers;

    public void Register(RequestTable table)
    {
        table.Add<ListTransactionsRequest>(
            RequestCode.ListTransactions, ListTransactionsRequest.TryRead, List);
        table.Add<OperatorEndRequest>(RequestCode.EndTransactionByOperator, OperatorEndRequest.TryRead, End);
        table.Add<ResumeTransactionsRequest>(
            RequestCode.ResumeTransactions, ResumeTransactionsRequest.TryRead, Resume);
    }

    private void List(ClientSession session, ListTransactionsRequest request)
    {
        if (!TryReadState(request.State, out TransactionState? state))
        {
            session.Refuse(
                ResponseCode.SystemError,
                $"The field 'state' is '{request.State}'; prepared, committing, rollingBack or parked is expected.");
        }
        else if (!TryReadPlace(request.Cursor, out string firstBroker, out long afterOffset))
        {
            session.Refuse(
                ResponseCode.SystemError,
                $"The field 'cursor' is '{request.Cursor}'; what the page before ended with is expected.");
        }
        else
        {
            session.Defer(async reply =>
            {
                TransactionList list = await ListAsync(request, state, firstBroker, afterOffset).ConfigureAwait(false);
                reply.Answer(list.WriteTo);
            });
        }
    }

    private async ValueTask<TransactionList> ListAsync(
        ListTransactionsRequest request, TransactionState? state, string firstBroker, long afterOffset)
    {
        var list = new TransactionList();
        int most = Math.Clamp(request.MaxCount, 1, MaxListed);
        foreach (string broker in BrokersOf(request.BrokerName))
        {
            if (string.CompareOrdinal(broker, firstBroker) < 0)
                continue;
            if (list.Transactions.Count == most)
            {
                list.Next = PlaceOf(broker, -1);
                break;
            }

            var filter = new TransactionFilter(
                state, request.ProducerGroup, broker == firstBroker ? afterOffset : -1,
                most - list.Transactions.Count);
            TransactionPage? page = broker == Own
                ? node.OpenTransactions.List(filter)
                : await Peers.ListAsync(broker, filter).ConfigureAwait(false);
            if (page is null)
            {
                list.Unreachable.Add(broker);
                continue;
            }

            list.Transactions.AddRange(page.Transactions.Select(open => InfoOf(broker, open)));
            if (page.NextAfter is { } next)
            {
                list.Next = PlaceOf(broker, next);
                break;
            }
        }

        return list;
    }

    private void End(ClientSession session, OperatorEndRequest request)
    {
        TransactionOutcome outcome = request.Decision == EndTransactionRequest.Commit
            ? TransactionOutcome.Committed
            : TransactionOutcome.RolledBack;
        if (request.BrokerName is null || request.BrokerName == Own)
        {
            session.Defer(reply => StoredAnswer.Give(
                node, reply, node.Transactions.End(request.PhysicalOffset, null, null, outcome)));
            return;
        }

        session.Await(async reply =>
        {
            MetadataRefusal? refusal = await Peers
                .EndAsync(request.BrokerName, null, request.PhysicalOffset, outcome).ConfigureAwait(false);
            reply.Answer(refusal?.Code ?? ResponseCode.Success, refusal?.Problem);
        });
    }

    private void Resume(ClientSession session, ResumeTransactionsRequest request)
    {
        if (request.ProducerGroup is not null)
        {
            session.Defer(async reply =>
            {
                (SendResult last, ResumedTransactions resumed) = await ResumeGroupAsync(
                    request.BrokerName, request.ProducerGroup).ConfigureAwait(false);
                StoredAnswer.Give(node, reply, last, () => reply.Answer(resumed.WriteTo));
            });
        }
        else if (request.BrokerName is null || request.BrokerName == Own)
        {
            session.Defer(reply => StoredAnswer.Give(
                node, reply, node.Transactions.Resume(request.PhysicalOffset!.Value), () => AnswerOne(reply)));
        }
        else
        {
            session.Await(async reply =>
            {
                MetadataRefusal? refusal = await Peers
                    .ResumeAsync(request.BrokerName, request.PhysicalOffset!.Value).ConfigureAwait(false);
                if (refusal is null)
                    AnswerOne(reply);
                else
                    reply.Answer(refusal.Code, refusal.Problem);
            });
        }
    }

    private static void AnswerOne(ReplyAddress reply) =>
        reply.Answer(new ResumedTransactions { Resumed = 1 }.WriteTo);

    /// <summary>Resumes on every broker what can be; the last record here, which the answer has to wait for.</summary>
    private async ValueTask<(SendResult Last, ResumedTransactions Resumed)> ResumeGroupAsync(
        string? brokerName, string group)
    {
        var last = new SendResult(ResponseCode.Success, null, default, -1, false);
        var all = new ResumedTransactions();
        foreach (string broker in BrokersOf(brokerName))
        {
            ResumeOutcome outcome;
            if (broker == Own)
            {
                outcome = node.OpenTransactions.ResumeAll(group, out SendResult stored);
                last = outcome.Resumed > 0 ? stored : last;
            }
            else
            {
                outcome = await Peers.ResumeAllAsync(broker, group).ConfigureAwait(false);
            }

            all.Resumed += outcome.Resumed;
            all.Left += outcome.Left;
            if (outcome.Refusal is not null)
                all.Unreachable.Add(broker);
        }

        return (last, all);
    }

    private IEnumerable<string> BrokersOf(string? brokerName) => brokerName is not null
        ? [brokerName]
        : node.ControlPlane.Routes.Brokers.Select(broker => broker.Name).Order(StringComparer.Ordinal);

    private static bool TryReadState(string? text, out TransactionState? state)
    {
        state = text switch
        {
            "prepared" => TransactionState.Prepared,
            "committing" => TransactionState.Committing,
            "rollingBack" => TransactionState.RollingBack,
            "parked" => TransactionState.Parked,
            _ => null,
        };
        return text is null || state is not null;
    }

    private static string TextOf(TransactionState state) => state switch
    {
        TransactionState.Prepared => "prepared",
        TransactionState.Committing => "committing",
        TransactionState.RollingBack => "rollingBack",
        _ => "parked",
    };

    private static string PlaceOf(string broker, long afterOffset) =>
        string.Create(CultureInfo.InvariantCulture, $"{broker}{BeforeOffset}{afterOffset}");

    private static bool TryReadPlace(string? text, out string broker, out long afterOffset)
    {
        broker = "";
        afterOffset = -1;
        if (text is null)
            return true;

        int at = text.LastIndexOf(BeforeOffset);
        if (at < 1)
            return false;

        broker = text[..at];
        return long.TryParse(
            text.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out afterOffset);
    }

    private static TransactionInfo InfoOf(string broker, OpenTransaction open) => new()
    {
        BrokerName = broker,
        CommitLogOffset = open.Half.PhysicalOffset,
        State = TextOf(open.Half.State),
        ProducerGroup = open.ProducerGroup,
        Topic = open.Topic,
        QueueId = open.QueueId,
        UniqueKey = open.UniqueKey,
        MsgId = open.MessageId,
        Checks = open.Half.Checks,
        StoreTimestamp = open.StoredMilliseconds,
        NextCheckTimestamp = open.Half.NextCheckMilliseconds,
    };
}
