using System.CommandLine;
using OrleansMq.Bench.Cluster;

Option<int> rounds = new("--rounds") { Description = "How often each case runs; the median is shown.", DefaultValueFactory = _ => 3 };
Option<double> seconds = new("--seconds") { Description = "How long a case runs.", DefaultValueFactory = _ => 4 };
Option<string> database = new("--database") { Description = "A PostgreSQL connection string; SQLite without.", DefaultValueFactory = _ => "" };
Option<int> topics = new("--topics") { Description = "How many topics and groups to create.", DefaultValueFactory = _ => 1_000 };

var paths = new Command("paths", "Sends and reads over the broker's listener and over grains, from near and far.") { rounds, seconds, database };
paths.SetAction(async (arguments, _) => await PathSuite.RunAsync(
    arguments.GetValue(rounds), TimeSpan.FromSeconds(arguments.GetValue(seconds)), arguments.GetValue(database)!));

var control = new Command("control", "What topics, groups and members cost the control plane as they grow.") { topics, database };
control.SetAction(async (arguments, _) => await ControlSuite.RunAsync(arguments.GetValue(topics), arguments.GetValue(database)!));

var streams = new Command("streams", "Events from grain to grain over streams: this provider's and Orleans' own in memory, in one silo.") { rounds, seconds };
streams.SetAction(async (arguments, _) => await StreamSuite.RunAsync(
    arguments.GetValue(rounds), TimeSpan.FromSeconds(arguments.GetValue(seconds))));

return await new RootCommand("Measures OrleansMq in a cluster of silos, all in this process.") { paths, control, streams }
    .Parse(args).InvokeAsync();
