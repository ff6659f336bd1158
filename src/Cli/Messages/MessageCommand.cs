using System.CommandLine;
using OrleansMq.Cli.Connections;
using OrleansMq.Client.Administration;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Cli.Messages;

/// <summary>`omq message`: what happened to a message.</summary>
internal static class MessageCommand
{
    /// <summary>The command with its own.</summary>
    public static Command Create()
    {
        Option<string> broker = ClusterConnection.Option();
        Option<string?> topic = new("--topic") { Description = "The topic, for the id of a producer or a key." };
        Option<string?> group = new("--group") { Description = "Only this group." };
        var id = new Argument<string>("id")
        {
            Description = "The id of a broker; with a topic also a producer's, or a key.",
        };
        var trace = new Command("trace", "Tells where a message is, who got it, and how far each group is with it.")
        {
            broker, topic, group, id,
        };
        trace.SetAction((parsed, cancellation) => ClusterConnection.UseAsync(
            parsed.GetValue(broker)!,
            client => TraceAsync(
                client.Admin.Messages, parsed.GetValue(id)!, parsed.GetValue(topic), parsed.GetValue(group),
                cancellation),
            cancellation));
        return new Command("message", "Tells of messages.") { trace };
    }

    private static async Task<bool> TraceAsync(
        MessageAdmin messages, string id, string? topic, string? group, CancellationToken cancellation)
    {
        bool isFound = false;
        await foreach (MessageTrace trace in messages.TraceAsync(id, topic, group, cancellation: cancellation))
        {
            isFound = true;
            foreach (TracedMessage message in trace.Messages)
                Show(trace.Broker, message);
            if (trace.DeliveriesReadUntil is { } until)
                Console.WriteLine($"Deliveries after {LocalTime.Show(until)} were not read: there are too many.");
            if (trace.GroupsLeftOut > 0)
                Console.WriteLine($"{trace.GroupsLeftOut} groups were left out; name one with --group.");
        }

        if (!isFound)
        {
            Console.Error.WriteLine(
                $"No broker has the message '{id}'. For a producer's id or a key, give --topic.");
        }

        return isFound;
    }

    private static void Show(string broker, TracedMessage message)
    {
        string due = message.DueTimestamp is null ? "" : $" until {LocalTime.Show(message.DueTimestamp)}";
        Console.WriteLine($"{message.MessageId} {message.State}{due}");
        Console.WriteLine($"  {message.Topic}, queue {message.QueueId}, offset {message.QueueOffset}, on {broker}");
        Console.WriteLine(
            $"  stored {LocalTime.Show(message.StoreTimestamp)}, {message.BodyBytes} bytes, from {message.BornHost}");
        if (message.UniqueKey is not null || message.Keys is not null)
            Console.WriteLine($"  id {message.UniqueKey} keys {message.Keys} tag {message.Tags}");
        foreach (GroupTrace group in message.Groups)
            Show(group);
    }

    private static void Show(GroupTrace group)
    {
        Console.WriteLine($"  {group.Group}: {group.Status}{(group.IsOnline ? "" : ", no member online")}");
        Show("    ", group.Deliveries);
        foreach (RetryEntry retry in group.Retries)
        {
            string why = retry.IsResent ? "sent again" : $"retry {retry.ReconsumeTimes}";
            string due = retry.DueTimestamp is null ? "" : $" until {LocalTime.Show(retry.DueTimestamp)}";
            Console.WriteLine(
                $"    {LocalTime.Show(retry.StoreTimestamp)} {why} {retry.Status}{due} {retry.MessageId}");
            Show("      ", retry.Deliveries);
        }

        if (group.AcknowledgedTimestamp is not null)
        {
            Console.WriteLine(
                $"    {LocalTime.Show(group.AcknowledgedTimestamp)} acknowledged by {group.AcknowledgedBy}");
        }

        if (group.DeadLetter is { } dead)
        {
            Console.WriteLine(
                $"    {LocalTime.Show(dead.DeadTimestamp)} dead letter {dead.MessageId}: {dead.Reason}, "
                + $"{dead.Attempts} tries");
        }
    }

    private static void Show(string indent, List<DeliveryEntry> deliveries)
    {
        foreach (DeliveryEntry delivery in deliveries)
            Console.WriteLine($"{indent}{LocalTime.Show(delivery.FirstTimestamp)} given to {delivery.Client}");
    }
}
