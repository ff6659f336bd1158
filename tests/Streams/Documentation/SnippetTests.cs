using System.Text.RegularExpressions;
using OrleansMq.Architecture.Tests;

namespace OrleansMq.Streams.Tests.Documentation;

public sealed partial class SnippetTests
{
    [Fact]
    public void Page_ShowsOnlyCodeThatCompiles()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs/concepts/orleans-streams.md"));
        string code = Flat(File.ReadAllText(Path.Combine(Repository.Root, "tests/Streams/Documentation/Snippets.cs")));
        string[] blocks = [.. Blocks().Matches(page).Select(match => match.Groups[1].Value)];

        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(Flat(block), code, StringComparison.Ordinal));
    }

    private static string Flat(string code) => Spaces().Replace(code, " ").Trim();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
