namespace OrleansMq.Streams.Hosting;

/// <summary>Refuses to start with wrong options; the message names all of them.</summary>
internal sealed class OrleansMqStreamsValidator(string name, OrleansMqStreamOptions options) : IConfigurationValidator
{
    public void ValidateConfiguration()
    {
        string[] problems = [.. options.Validate()];
        if (name.Contains('/', StringComparison.Ordinal))
            problems = [.. problems, "The name of the provider holds a slash; none is allowed."];
        if (problems.Length > 0)
        {
            throw new OrleansConfigurationException(
                $"The stream provider '{name}' is not configured as it should be:\n{string.Join('\n', problems)}");
        }
    }
}
