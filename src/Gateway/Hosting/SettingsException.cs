namespace OrleansMq.Gateway.Hosting;

/// <summary>The configuration cannot be used; the message names every setting that is wrong, a line each.</summary>
public sealed class SettingsException(IEnumerable<string> problems)
    : Exception("the configuration is wrong." + string.Concat(problems.Select(problem => "\n  " + problem)));
