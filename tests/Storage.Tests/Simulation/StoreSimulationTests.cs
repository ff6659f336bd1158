using System.Collections.Concurrent;
using System.Globalization;

namespace OrleansMq.Storage.Tests.Simulation;

/// <summary>
/// Goal: no crash, failure or power cut makes the store break a promise. Method: many seeded runs of
/// <see cref="StoreSimulation"/>. OMQ_SIM_SEEDS sets how many (2,000), OMQ_SIM_FIRST the first seed (1), OMQ_SIM_SEED
/// runs a single one.
/// </summary>
public sealed class StoreSimulationTests
{
    private const int DefaultSeeds = 2_000;
    private const int MaxFailures = 10;

    [Fact]
    [Trait("Tier", "Sim")]
    public void Store_KeepsItsPromises_WhateverCrashes()
    {
        int? single = Setting("OMQ_SIM_SEED");
        int first = single ?? Setting("OMQ_SIM_FIRST") ?? 1;
        int count = single is null ? Setting("OMQ_SIM_SEEDS") ?? DefaultSeeds : 1;
        var failures = new ConcurrentDictionary<int, string>();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, (seed, state) =>
        {
            if (Run(seed) is not { } failure)
                return;

            failures[seed] = failure;
            if (failures.Count == MaxFailures)
                state.Stop();
        });
        if (!failures.IsEmpty)
            Assert.Fail($"Seeds {string.Join(", ", failures.Keys.Order())} failed. {failures[failures.Keys.Min()]}");
    }

    private static string? Run(int seed)
    {
        var simulation = new StoreSimulation(seed);
        try
        {
            simulation.Run();
            return null;
        }
        catch (Exception failure)
        {
            return $"Seed {seed} failed after {simulation.Crashes} crashes. Replay it with:\n"
                + $"OMQ_SIM_SEED={seed} dotnet test tests/Storage.Tests --filter {nameof(StoreSimulationTests)}\n"
                + $"{failure}\nThe last operations:\n{string.Join('\n', simulation.Trace.TakeLast(80))}";
        }
    }

    private static int? Setting(string name)
    {
        string? text = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(text) ? null : int.Parse(text, CultureInfo.InvariantCulture);
    }
}
