using OrleansMq.Architecture.Tests;

namespace OrleansMq.TestKit.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void Readme_ShowsWhatIsCompiled()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src", "TestKit", "README.md"));
        string example = File.ReadAllText(Path.Combine(Repository.Root, "tests", "TestKit.Tests", "ReadmeExample.cs"));
        string shown = example[example.IndexOf("public sealed class", StringComparison.Ordinal)..];
        Assert.Contains($"```csharp\n{shown}```", readme, StringComparison.Ordinal);
    }
}
