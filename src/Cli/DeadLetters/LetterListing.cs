using System.Text;
using OrleansMq.Cli.Brokers;
using OrleansMq.Client;
using OrleansMq.Client.Operating;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;
using Spectre.Console;

namespace OrleansMq.Cli.DeadLetters;

/// <summary>Shows the dead letters of all brokers.</summary>
internal sealed class LetterListing(BrokerSet brokers, CancellationToken cancellation)
{
    private const int MaxShownCharacters = 2_000;

    /// <summary>Lists the groups that have any.</summary>
    public async Task<bool> ListGroupsAsync()
    {
        Table table = new Table { Border = TableBorder.Rounded }.AddColumns(
            "group", "broker", "dead letters", "oldest", "newest");
        foreach ((string name, BrokerOperations operations) in brokers.All)
        {
            DeadLetterGroups groups = await operations.ListDeadLetterGroupsAsync(cancellation);
            foreach (DeadLetterSummary group in groups.Groups)
            {
                table.AddRow(
                    Markup.Escape(group.Group), Markup.Escape(name), $"{group.Count}",
                    Times.Show(group.OldestTimestamp), Times.Show(group.NewestTimestamp));
            }
        }

        Write(table, "There are no dead letters.");
        return true;
    }

    /// <summary>Lists those of a group.</summary>
    public async Task<bool> ListAsync(string group, (string? Topic, long Begin, long End) selection, int limit)
    {
        Table table = new Table { Border = TableBorder.Rounded }.AddColumns(
            "id", "topic", "dead since", "why", "tries", "consumer", "keys", "sent again");
        foreach ((_, BrokerOperations operations) in brokers.All)
        {
            var request = new ListDeadLettersRequest(
                group, selection.Topic, selection.Begin, selection.End, limit - table.Rows.Count, null);
            while (request.MaxCount > 0 && await PageAsync(operations, request) is { } page)
            {
                foreach (DeadLetterEntry letter in page.DeadLetters)
                    table.AddRow(CellsOf(letter));
                if (page.Next is null)
                    break;
                request = request with { Cursor = page.Next, MaxCount = limit - table.Rows.Count };
            }
        }

        Write(table, $"The group '{group}' has no such dead letters.");
        return true;
    }

    /// <summary>Shows one; false when no broker has it.</summary>
    public async Task<bool> ShowAsync(string group, string id)
    {
        foreach ((string name, BrokerOperations operations) in brokers.All)
        {
            try
            {
                Show(name, await operations.ShowDeadLetterAsync(group, id, cancellation));
                return true;
            }
            catch (RemotingException refusal) when (refusal.Code == ResponseCode.QueryNotFound)
            {
                // Another broker may have it.
            }
        }

        Console.Error.WriteLine($"No broker has the dead letter '{id}' of the group '{group}'.");
        return false;
    }

    private async Task<DeadLetterList?> PageAsync(BrokerOperations operations, ListDeadLettersRequest request)
    {
        try
        {
            return await operations.ListDeadLettersAsync(request, cancellation);
        }
        catch (RemotingException refusal) when (refusal.Code == ResponseCode.QueryNotFound)
        {
            return null;
        }
    }

    private static string[] CellsOf(DeadLetterEntry letter) =>
    [
        letter.MessageId, Markup.Escape(letter.OriginTopic), Times.Show(letter.DeadTimestamp), letter.Reason,
        $"{letter.Attempts}", Markup.Escape(letter.Consumer ?? ""), Markup.Escape(letter.Keys ?? ""),
        letter.ResentCount == 0 ? "" : $"{letter.ResentCount}, {Times.Show(letter.ResentTimestamp)}",
    ];

    private static void Show(string broker, DeadLetterDetails details)
    {
        DeadLetterEntry letter = details.Letter;
        Console.WriteLine($"{letter.MessageId} on {broker}, {letter.BodyBytes} bytes");
        Console.WriteLine(
            $"  why      {letter.Reason} after {letter.Attempts} tries, {Times.Show(letter.DeadTimestamp)}");
        Console.WriteLine($"  consumer {letter.Consumer}");
        if (letter.Error is not null)
            Console.WriteLine($"  error    {letter.Error}");
        Console.WriteLine($"  from     {letter.OriginTopic}, {letter.OriginMessageId}");
        foreach ((string name, string value) in details.Properties.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Console.WriteLine($"  {name} = {value}");
        string text = Encoding.UTF8.GetString(Convert.FromBase64String(details.Body));
        Console.WriteLine(text.Length <= MaxShownCharacters ? text : text[..MaxShownCharacters] + " ...");
    }

    private static void Write(Table table, string whenEmpty)
    {
        if (table.Rows.Count == 0)
            Console.WriteLine(whenEmpty);
        else
            AnsiConsole.Write(table);
    }
}
