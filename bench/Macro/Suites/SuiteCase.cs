using OrleansMq.Bench.Macro.Loads;
using OrleansMq.Bench.Macro.Measurement;

namespace OrleansMq.Bench.Macro.Suites;

/// <summary>A load on a broker of its own with a fresh store.</summary>
/// <param name="Name">Names the case in tables and goals.</param>
/// <param name="BrokerArguments">Arguments of omq-broker besides store and port.</param>
/// <param name="Run">Puts the broker under load.</param>
/// <param name="RunsOnce">Whether one round is enough, because it takes long.</param>
internal sealed record SuiteCase(
    string Name, string[] BrokerArguments, Func<Target, RunReport> Run, bool RunsOnce = false)
{
    /// <summary>Whether the broker acknowledges a send only once it is on disk.</summary>
    public bool IsSync => BrokerArguments.Contains("sync");
}
