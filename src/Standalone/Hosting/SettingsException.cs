namespace OrleansMq.Standalone.Hosting;

/// <summary>The configuration cannot be used.</summary>
internal sealed class SettingsException(IEnumerable<string> problems)
    : Exception("the configuration is wrong." + string.Concat(problems.Select(problem => "\n  " + problem)));
