using System.Text;
using OrleansMq.Client.Administration;
using OrleansMq.Protocol.Bodies;
using Spectre.Console;

namespace OrleansMq.Cli.DeadLetters;

/// <summary>Shows the dead letters of all brokers.</summary>
internal sealed class LetterListing(DeadLetterAdmin deadLetters, CancellationToken cancellation)
{
    private const int MaxShownCharacters = 2_000;

    /// <summary>What no table is as wide as, for readers that are programs.</summary>
    private const int Unlimited = 4_096;

    /// <summary>Lists the groups that have any.</summary>
    public async Task<bool> ListGroupsAsync()
    {
        Table table = new Table { Border = TableBorder.Rounded }.AddColumns(
            "group", "broker", "dead letters", "oldest", "newest");
        await foreach ((string broker, DeadLetterSummary group) in deadLetters.ListGroupsAsync(cancellation))
        {
            table.AddRow(
                Markup.Escape(group.Group), Markup.Escape(broker), $"{group.Count}",
                LocalTime.Show(group.OldestTimestamp), LocalTime.Show(group.NewestTimestamp));
        }

        Write(table, "There are no dead letters.");
        return true;
    }

    /// <summary>Lists those of a group.</summary>
    public async Task<bool> ListAsync(DeadLetterSelection selection, int limit)
    {
        Table table = new Table { Border = TableBorder.Rounded }.AddColumns(
            "id", "topic", "dead since", "why", "tries", "consumer", "keys", "sent again");
        await foreach ((_, DeadLetterEntry letter) in deadLetters.ListAsync(selection, cancellation).Take(limit))
            table.AddRow(CellsOf(letter));
        Write(table, $"The group '{selection.Group}' has no such dead letters.");
        return true;
    }

    /// <summary>Shows one; false when no broker has it.</summary>
    public async Task<bool> ShowAsync(string group, string id)
    {
        if (await deadLetters.ShowAsync(group, id, cancellation) is not { } found)
        {
            Console.Error.WriteLine($"No broker has the dead letter '{id}' of the group '{group}'.");
            return false;
        }

        Show(found.BrokerName, found.Letter);
        return true;
    }

    private static string[] CellsOf(DeadLetterEntry letter) =>
    [
        letter.MessageId, Markup.Escape(letter.OriginTopic), LocalTime.Show(letter.DeadTimestamp), letter.Reason,
        $"{letter.Attempts}", Markup.Escape(letter.Consumer ?? ""), Markup.Escape(letter.Keys ?? ""),
        letter.ResentCount == 0 ? "" : $"{letter.ResentCount}, {LocalTime.Show(letter.ResentTimestamp)}",
    ];

    private static void Show(string broker, DeadLetterDetails details)
    {
        DeadLetterEntry letter = details.Letter;
        Console.WriteLine($"{letter.MessageId} on {broker}, {letter.BodyBytes} bytes");
        Console.WriteLine(
            $"  why      {letter.Reason} after {letter.Attempts} tries, {LocalTime.Show(letter.DeadTimestamp)}");
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
            WriteWhole(table);
    }

    private static void WriteWhole(Table table)
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = Unlimited;
        AnsiConsole.Write(table);
    }
}
