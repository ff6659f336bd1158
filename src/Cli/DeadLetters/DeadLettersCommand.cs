using System.CommandLine;
using OrleansMq.Cli.Connections;
using OrleansMq.Client.Administration;

namespace OrleansMq.Cli.DeadLetters;

/// <summary>`omq dead-letters`: what groups gave up, and sending it again.</summary>
internal static class DeadLettersCommand
{
    private const int DefaultLimit = 100;

    /// <summary>The command with its own.</summary>
    public static Command Create() =>
        new("dead-letters", "Lists the messages that groups gave up, shows them and sends them again.")
        {
            List(), Show(), Resend(),
        };

    private static Option<string> GroupOption(bool isRequired) =>
        new("--group") { Description = "The group that gave them up.", Required = isRequired };

    private static Command List()
    {
        Option<string> broker = ClusterConnection.Option();
        Option<string> group = GroupOption(isRequired: false);
        var limit = new Option<int>("--limit")
        {
            Description = "The most to list.",
            DefaultValueFactory = _ => DefaultLimit,
        };
        var selection = new LetterSelection();
        var command = new Command("list", "Lists dead letters, or without a group the groups that have any.")
        {
            broker, group, limit,
        };
        foreach (Option option in selection.Options)
            command.Add(option);
        command.SetAction((parsed, cancellation) => ClusterConnection.UseAsync(
            parsed.GetValue(broker)!,
            client =>
            {
                var listing = new LetterListing(client.Admin.DeadLetters, cancellation);
                return parsed.GetValue(group) is { } of
                    ? listing.ListAsync(selection.Read(parsed, of), parsed.GetValue(limit))
                    : listing.ListGroupsAsync();
            },
            cancellation));
        return command;
    }

    private static Command Show()
    {
        Option<string> broker = ClusterConnection.Option();
        Option<string> group = GroupOption(isRequired: true);
        var id = new Argument<string>("id") { Description = "The id of the dead letter, or its producer's." };
        var command = new Command("show", "Shows one with its properties and the beginning of its body.")
        {
            broker, group, id,
        };
        command.SetAction((parsed, cancellation) => ClusterConnection.UseAsync(
            parsed.GetValue(broker)!,
            client => new LetterListing(client.Admin.DeadLetters, cancellation)
                .ShowAsync(parsed.GetValue(group)!, parsed.GetValue(id)!),
            cancellation));
        return command;
    }

    private static Command Resend()
    {
        Option<string> broker = ClusterConnection.Option();
        Option<string> group = GroupOption(isRequired: true);
        var ids = new Argument<string[]>("ids")
        {
            Description = "Which; leave them out and say --all for all that the options select.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> all = new("--all") { Description = "All that the other options select." };
        Option<bool> toTopic =
            new("--to-topic") { Description = "To all groups of the topic, not to the group alone." };
        Option<bool> dryRun = new("--dry-run") { Description = "Says what would be sent, and sends nothing." };
        Option<bool> force = new("--force") { Description = "Also what was sent again before." };
        var selection = new LetterSelection();
        var command = new Command("resend", "Sends dead letters again, each once.")
        {
            broker, group, ids, all, toTopic, dryRun, force,
        };
        foreach (Option option in selection.Options)
            command.Add(option);
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(ids) is { Length: > 0 } == parsed.GetValue(all))
                parsed.AddError("Name dead letters, or say --all; not both.");
        });
        command.SetAction((parsed, cancellation) => ClusterConnection.UseAsync(
            parsed.GetValue(broker)!,
            client => new LetterResend(client.Admin.DeadLetters, cancellation).RunAsync(
                selection.Read(parsed, parsed.GetValue(group)!) with { MessageIds = parsed.GetValue(ids) ?? [] },
                new ResendOptions
                {
                    ToTopic = parsed.GetValue(toTopic),
                    IsDryRun = parsed.GetValue(dryRun),
                    IsForced = parsed.GetValue(force),
                }),
            cancellation));
        return command;
    }
}
