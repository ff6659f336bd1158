using System.CommandLine;
using System.Globalization;
using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Bench.Macro.Loads;
using OrleansMq.Bench.Macro.Measurement;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary><c>sdk</c>: the .NET client against the same load without it, in turn.</summary>
internal sealed class SdkCommand
{
    private const int BodyBytes = 1024;
    private const int Queues = 8;
    private const int PullMessages = 256;
    private const long Backlog = 500_000;
    private const int Passes = 2;

    private readonly SharedOptions _shared = new();

    private readonly Option<int> _rounds = new("--rounds")
    {
        Description = "How often each case runs; medians are compared.", DefaultValueFactory = _ => 3,
    };

    private readonly Option<double> _seconds = new("--seconds")
    {
        Description = "How long to measure each run.", DefaultValueFactory = _ => 4,
    };

    public static Command Create()
    {
        var options = new SdkCommand();
        var command = new Command("sdk", "What the .NET client costs, against the same load without it.")
        {
            options._rounds, options._seconds,
        };
        options._shared.AddTo(command);
        command.SetAction(options.Run);
        return command;
    }

    private void Run(ParseResult parsed)
    {
        Target target = _shared.TargetOf(parsed);
        ReportTable table = _shared.TableOf(parsed);
        var duration = TimeSpan.FromSeconds(parsed.GetValue(_seconds));
        (string Name, Func<SdkReport> Raw, Func<SdkReport> Sdk)[] pairs =
        [
            (
                "single, 64 under way",
                () => Raw(target, "raw 1x64 1x1024", inFlight: 64, batch: 1, duration),
                () => Sdk(target, "sdk single 64 callers", new SdkSendOptions { IsBatching = false }, duration)),
            (
                "auto-batched, 1,000 callers",
                () => Raw(target, "raw 1x2 250x1024", inFlight: 2, batch: 250, duration),
                () => Sdk(target, "sdk auto 1000 callers", new SdkSendOptions { Callers = 1_000 }, duration)),
            (
                "many with one call",
                () => Raw(target, "raw 1x4 250x1024", inFlight: 4, batch: 250, duration),
                () => Sdk(
                    target, "sdk 4 callers of 1000",
                    new SdkSendOptions { Callers = 4, MessagesPerCall = 1_000 }, duration)),
        ];
        int rounds = parsed.GetValue(_rounds);
        Compare(table, rounds, pairs);
        Compare(table, rounds, ReadPairs(target));
    }

    private static void Compare(
        ReportTable table, int rounds, (string Name, Func<SdkReport> Raw, Func<SdkReport> Sdk)[] pairs)
    {
        foreach ((string name, Func<SdkReport> raw, Func<SdkReport> sdk) in pairs)
        {
            List<double> ratios = [];
            List<double> allocated = [];
            for (int round = 0; round < rounds; round++)
            {
                SdkReport without = raw();
                SdkReport with = sdk();
                table.Write(without.Run);
                table.Write(with.Run);
                ratios.Add(with.Run.Rate / without.Run.Rate);
                allocated.Add(with.AllocatedBytes);
            }

            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: the client reaches {Median(ratios) * 100:F0} % of the rate without it and allocates "
                + $"{Median(allocated):N0} bytes a message"));
        }
    }

    /// <summary>Each round has a backlog of its own: the run without the client makes it, both drain it.</summary>
    private static (string Name, Func<SdkReport> Raw, Func<SdkReport> Sdk)[] ReadPairs(Target target)
    {
        string topic = "";
        SdkReport Raw()
        {
            topic = $"omq-bench-sdk-{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";
            var shape = new SendShape(topic, Queues, BodyBytes, Batch: 250, SerializeType.Binary, HasKeys: true);
            using var drain = new DrainLoad(
                target,
                new DrainOptions
                {
                    Shape = shape, Messages = Backlog, Connections = 1, MaxMessages = PullMessages, Passes = Passes,
                });
            return new SdkReport(drain.Run($"raw drain 1 max {PullMessages}"), 0);
        }

        return
        [
            ("reading a backlog", Raw, () => new SdkReadLoad(target, topic, Backlog).Read("sdk reader", Passes)),
            (
                "consuming a backlog",
                Raw,
                () => new SdkReadLoad(target, topic, Backlog).Consume("sdk consumer", Passes)),
        ];
    }

    private static SdkReport Raw(Target target, string mode, int inFlight, int batch, TimeSpan duration)
    {
        var shape = new SendShape("omq-bench", Queues, BodyBytes, batch, SerializeType.Binary, HasKeys: true);
        using var load = new SendLoad(
            target,
            new SendOptions { Shape = shape, Connections = 1, InFlight = inFlight, Duration = duration });
        return new SdkReport(load.Run(mode), 0);
    }

    private static SdkReport Sdk(Target target, string mode, SdkSendOptions options, TimeSpan duration) =>
        new SdkSendLoad(target, options with { BodyBytes = BodyBytes, Queues = Queues, Duration = duration }).Run(mode);

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
