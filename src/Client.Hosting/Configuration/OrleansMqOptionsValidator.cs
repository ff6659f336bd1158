using Microsoft.Extensions.Options;

namespace OrleansMq.Client.Hosting.Configuration;

/// <summary>Says all that is wrong with a client's options, as the host starts.</summary>
internal sealed class OrleansMqOptionsValidator : IValidateOptions<OrleansMqOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, OrleansMqOptions options)
    {
        string of = string.IsNullOrEmpty(name) ? "OrleansMq" : $"OrleansMq '{name}'";
        string[] problems = [.. options.Validate().Select(problem => $"{of}: {problem}")];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
