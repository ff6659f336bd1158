using System.CommandLine;
using System.Globalization;
using OrleansMq.Cli.Connections;
using OrleansMq.Client.Administration;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cli.Transactions;

/// <summary>`omq transactions`: what operators do with transactions that are not over.</summary>
internal static class TransactionsCommand
{
    private const int DefaultMax = 100;

    /// <summary>The command with its own commands.</summary>
    public static Command Create() =>
        new("transactions", "Lists transactions that are not over, ends them, or has their producers asked again.")
        {
            CreateList(), CreateEnd("commit", isCommit: true), CreateEnd("rollback", isCommit: false), CreateResume(),
        };

    private static Command CreateList()
    {
        Option<string> broker = ClusterConnection.Option();
        var state = new Option<string?>("--state") { Description = "Only those in this state." };
        state.AcceptOnlyFromAmong("prepared", "committing", "rollingBack", "parked");
        var group = new Option<string?>("--group") { Description = "Only those of this producer group." };
        var on = new Option<string?>("--on") { Description = "Only those of the broker of this name." };
        var max = new Option<int>("--max")
        {
            Description = "The most to list; 0 for all.",
            DefaultValueFactory = _ => DefaultMax,
        };
        var command = new Command("list", "Lists transactions that are not over, the oldest of each broker first.")
        {
            broker, state, group, on, max,
        };
        command.SetAction((parsed, cancellation) => ClusterConnection.UseAsync(
            parsed.GetValue(broker)!,
            client =>
            {
                List<string> unreachable = [];
                return ListAsync(
                    client.Admin.Transactions.ListAsync(
                        parsed.GetValue(state), parsed.GetValue(group), parsed.GetValue(on), unreachable, cancellation),
                    unreachable, parsed.GetValue(max));
            },
            cancellation));
        return command;
    }

    private static Command CreateEnd(string name, bool isCommit)
    {
        Option<string> broker = ClusterConnection.Option();
        Argument<TransactionId> id = TransactionId.Argument();
        string about = isCommit
            ? "Commits a transaction: its message is delivered."
            : "Rolls a transaction back: its message is never delivered.";
        var command = new Command(name, about) { id, broker };
        command.SetAction((parsed, cancellation) => ClusterConnection.UseAsync(
            parsed.GetValue(broker)!,
            async client =>
            {
                TransactionId which = parsed.GetValue(id);
                await client.Admin.Transactions.EndAsync(
                    which.BrokerName, which.PhysicalOffset, isCommit, cancellation);
                Console.WriteLine($"{which} is {(isCommit ? "committed" : "rolled back")}.");
                return true;
            },
            cancellation));
        return command;
    }

    private static Command CreateResume()
    {
        Option<string> broker = ClusterConnection.Option();
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
        command.SetAction((parsed, cancellation) => ClusterConnection.UseAsync(
            parsed.GetValue(broker)!,
            async client =>
            {
                TransactionAdmin transactions = client.Admin.Transactions;
                TransactionId which = parsed.GetValue(id);
                Show(parsed.GetValue(group) is { } name
                    ? await transactions.ResumeGroupAsync(name, null, cancellation)
                    : await transactions.ResumeAsync(which.BrokerName, which.PhysicalOffset, cancellation));
                return true;
            },
            cancellation));
        return command;
    }

    private static async Task<bool> ListAsync(
        IAsyncEnumerable<TransactionInfo> transactions, List<string> unreachable, int max)
    {
        int listed = 0;
        bool areMore = false;
        await foreach (TransactionInfo transaction in transactions)
        {
            areMore = max > 0 && listed == max;
            if (areMore)
                break;
            Show(transaction);
            listed++;
        }

        foreach (string broker in unreachable)
            Console.Error.WriteLine($"The broker '{broker}' did not answer; its transactions are left out.");
        Console.WriteLine(areMore ? $"{listed} listed; there are more, see --max." : $"{listed} listed.");
        return true;
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
