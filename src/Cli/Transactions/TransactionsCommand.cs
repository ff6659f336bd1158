using System.CommandLine;
using System.Globalization;
using OrleansMq.Cli.Connections;
using OrleansMq.Client.Administration;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Cli.Transactions;

/// <summary>`omq transactions`: what operators do with transactions that are not over.</summary>
internal static class TransactionsCommand
{
    private const int PageSize = 100;

    /// <summary>The command with its own commands.</summary>
    public static Command Create() =>
        new("transactions", "Lists transactions that are not over, ends them, or has their producers asked again.")
        {
            CreateList(), CreateEnd("commit", isCommit: true), CreateEnd("rollback", isCommit: false), CreateResume(),
        };

    private static Command CreateList()
    {
        Option<string> broker = BrokerConnection.Option();
        var state = new Option<string?>("--state") { Description = "Only those in this state." };
        state.AcceptOnlyFromAmong("prepared", "committing", "rollingBack", "parked");
        var group = new Option<string?>("--group") { Description = "Only those of this producer group." };
        var on = new Option<string?>("--on") { Description = "Only those of the broker of this name." };
        var max = new Option<int>("--max")
        {
            Description = "The most to list; 0 for all.",
            DefaultValueFactory = _ => PageSize,
        };
        var command = new Command("list", "Lists transactions that are not over, the oldest of each broker first.")
        {
            broker, state, group, on, max,
        };
        command.SetAction((parsed, cancellation) => BrokerConnection.UseAsync(
            parsed.GetValue(broker)!,
            client => ListAsync(
                new TransactionAdministration(client, BrokerConnection.Patience),
                new ListTransactionsRequest(
                    parsed.GetValue(on), parsed.GetValue(state), parsed.GetValue(group), null, PageSize),
                parsed.GetValue(max), cancellation),
            cancellation));
        return command;
    }

    private static Command CreateEnd(string name, bool isCommit)
    {
        Option<string> broker = BrokerConnection.Option();
        Argument<TransactionId> id = TransactionId.Argument();
        string about = isCommit
            ? "Commits a transaction: its message is delivered."
            : "Rolls a transaction back: its message is never delivered.";
        var command = new Command(name, about) { id, broker };
        command.SetAction((parsed, cancellation) => BrokerConnection.UseAsync(
            parsed.GetValue(broker)!,
            async client =>
            {
                TransactionId which = parsed.GetValue(id);
                await new TransactionAdministration(client, BrokerConnection.Patience)
                    .EndAsync(which.BrokerName, which.PhysicalOffset, isCommit, cancellation);
                Console.WriteLine($"{which} is {(isCommit ? "committed" : "rolled back")}.");
            },
            cancellation));
        return command;
    }

    private static Command CreateResume()
    {
        Option<string> broker = BrokerConnection.Option();
        Argument<TransactionId> id = TransactionId.Argument();
        id.Arity = ArgumentArity.ZeroOrOne;
        var group = new Option<string?>("--group") { Description = "All parked ones of this producer group." };
        var command = new Command("resume", "Has the producers of parked transactions asked again.")
        {
            id, group, broker,
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(id)?.Tokens.Count > 0 == parsed.GetValue(group) is not null)
                parsed.AddError("Give either the id of a transaction or --group.");
        });
        command.SetAction((parsed, cancellation) => BrokerConnection.UseAsync(
            parsed.GetValue(broker)!,
            async client =>
            {
                var transactions = new TransactionAdministration(client, BrokerConnection.Patience);
                TransactionId which = parsed.GetValue(id);
                Show(parsed.GetValue(group) is { } name
                    ? await transactions.ResumeGroupAsync(name, null, cancellation)
                    : await transactions.ResumeAsync(which.BrokerName, which.PhysicalOffset, cancellation));
            },
            cancellation));
        return command;
    }

    private static async Task ListAsync(
        TransactionAdministration transactions, ListTransactionsRequest request, int max,
        CancellationToken cancellation)
    {
        int listed = 0;
        do
        {
            int wanted = max == 0 ? PageSize : Math.Min(PageSize, max - listed);
            TransactionList page = await transactions.ListAsync(request with { MaxCount = wanted }, cancellation);
            foreach (TransactionInfo transaction in page.Transactions)
                Show(transaction);
            foreach (string broker in page.Unreachable)
                Console.Error.WriteLine($"The broker '{broker}' did not answer; its transactions are left out.");

            listed += page.Transactions.Count;
            request = request with { After = page.Next };
        }
        while (request.After is not null && (max == 0 || listed < max));

        Console.WriteLine(request.After is null ? $"{listed} listed." : $"{listed} listed; there are more, see --max.");
    }

    private static void Show(TransactionInfo transaction)
    {
        TimeSpan age = DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeMilliseconds(transaction.StoreTimestamp);
        string next = transaction.State == "prepared"
            ? DateTimeOffset.FromUnixTimeMilliseconds(transaction.NextCheckTimestamp)
                .ToString("u", CultureInfo.InvariantCulture)
            : "-";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{new TransactionId(transaction.BrokerName, transaction.CommitLogOffset)}  {transaction.State}  group "
            + $"{transaction.ProducerGroup}  topic {transaction.Topic}/{transaction.QueueId}  key "
            + $"{transaction.UniqueKey}  age {age:d\\.hh\\:mm\\:ss}  checks {transaction.Checks}  next check {next}"));
    }

    private static void Show(ResumedTransactions resumed)
    {
        Console.WriteLine($"{resumed.Resumed} resumed.");
        if (resumed.Left > 0)
            Console.WriteLine($"{resumed.Left} are still parked; say it again to go on.");
        foreach (string broker in resumed.Unreachable)
            Console.Error.WriteLine($"The broker '{broker}' did not answer; its transactions may still be parked.");
    }
}
