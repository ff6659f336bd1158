using System.CommandLine;
using OrleansMq.Cli.Brokers;
using OrleansMq.Client.Operating;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Cli.Messages;

/// <summary>`omq message`: what happened to a message.</summary>
internal static class MessageCommand
{
    private const int MaxMessages = 16;

    /// <summary>The command with its own.</summary>
    public static Command Create()
    {
        Option<string> broker = BrokerSet.AddressOption();
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
        trace.SetAction((parsed, cancellation) => BrokerSet.UseAsync(
            parsed.GetValue(broker)!,
            brokers => TraceAsync(
                brokers,
                new TraceMessageRequest(
                    parsed.GetValue(id)!, parsed.GetValue(topic), parsed.GetValue(group), MaxMessages),
                cancellation),
            cancellation));
        return new Command("message", "Tells of messages.") { trace };
    }

    private static async Task<bool> TraceAsync(
        BrokerSet brokers, TraceMessageRequest request, CancellationToken cancellation)
    {
        bool isFound = false;
        foreach ((_, BrokerOperations operations) in brokers.All)
        {
            if (await operations.TraceAsync(request, cancellation) is not { } trace)
                continue;

            isFound = true;
            foreach (TracedMessage message in trace.Messages)
                Show(trace.Broker, message);
            if (trace.DeliveriesReadUntil is { } until)
                Console.WriteLine($"Deliveries after {Times.Show(until)} were not read: there are too many.");
            if (trace.GroupsLeftOut > 0)
                Console.WriteLine($"{trace.GroupsLeftOut} groups were left out; name one with --group.");
        }

        if (!isFound)
        {
            Console.Error.WriteLine(
                $"No broker has the message '{request.Id}'. For a producer's id or a key, give --topic.");
        }

        return isFound;
    }

    private static void Show(string broker, TracedMessage message)
    {
        string due = message.DueTimestamp is null ? "" : $" until {Times.Show(message.DueTimestamp)}";
        Console.WriteLine($"{message.MessageId} {message.State}{due}");
        Console.WriteLine($"  {message.Topic}, queue {message.QueueId}, offset {message.QueueOffset}, on {broker}");
        Console.WriteLine(
            $"  stored {Times.Show(message.StoreTimestamp)}, {message.BodyBytes} bytes, from {message.BornHost}");
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
            string due = retry.DueTimestamp is null ? "" : $" until {Times.Show(retry.DueTimestamp)}";
            Console.WriteLine($"    {Times.Show(retry.StoreTimestamp)} {why} {retry.Status}{due} {retry.MessageId}");
            Show("      ", retry.Deliveries);
        }

        if (group.AcknowledgedTimestamp is not null)
            Console.WriteLine($"    {Times.Show(group.AcknowledgedTimestamp)} acknowledged by {group.AcknowledgedBy}");
        if (group.DeadLetter is { } dead)
        {
            Console.WriteLine(
                $"    {Times.Show(dead.DeadTimestamp)} dead letter {dead.MessageId}: {dead.Reason}, "
                + $"{dead.Attempts} tries");
        }
    }

    private static void Show(string indent, List<DeliveryEntry> deliveries)
    {
        foreach (DeliveryEntry delivery in deliveries)
            Console.WriteLine($"{indent}{Times.Show(delivery.FirstTimestamp)} given to {delivery.Client}");
    }
}
