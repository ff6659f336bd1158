using System.Text;
using System.Text.RegularExpressions;

namespace OrleansMq.Architecture.Tests;

/// <summary>
/// Code on pages is code that is compiled: a comment before it names a file and a region, as
/// <c>&lt;!-- samples/Hello/Program.cs#hello --&gt;</c>.
/// </summary>
public sealed partial class SnippetTests
{
    /// <summary>Pages all of whose C# is compiled.</summary>
    private static readonly string[] CompiledPages =
        ["docs/first-five-minutes.md", "docs/from-rocketmq-java-client.md", "docs/concepts/hosting.md", "docs/reference/telemetry.md"];

    [Fact]
    public void Snippets_AreWhatTheCompiledCodeSays()
    {
        var wrong = new List<string>();
        int snippets = 0;
        foreach (string page in Pages())
        {
            string text = File.ReadAllText(page);
            string expected = Snippet().Replace(text, snippet =>
            {
                snippets++;
                string code = RegionOf(snippet.Groups["file"].Value, snippet.Groups["region"].Value);
                return $"<!-- {snippet.Groups["file"].Value}#{snippet.Groups["region"].Value} -->\n```csharp\n{code}```";
            });
            if (expected == text)
                continue;
            if (Environment.GetEnvironmentVariable("OMQ_UPDATE_DOCS") == "1")
                File.WriteAllText(page, expected);
            else
                wrong.Add(Repository.Relative(page));
        }

        Assert.True(wrong.Count == 0, $"{string.Join(", ", wrong)}: code is not what the compiled files say. Run the Architecture tests once with OMQ_UPDATE_DOCS=1 and look at the difference.");
        Assert.True(snippets > 10, "The snippets were not found.");
    }

    [Fact]
    public void CompiledPages_HaveNoOtherCode()
    {
        foreach (string page in CompiledPages)
        {
            string text = File.ReadAllText(Path.Combine(Repository.Root, page));
            Assert.Equal(Fence().Count(text), Snippet().Count(text));
        }
    }

    private static IEnumerable<string> Pages() => Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Append(Path.Combine(Repository.Root, "README.md"));

    /// <summary>The lines between the marks of a region, without the indent that all of them have.</summary>
    private static string RegionOf(string file, string region)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, file));
        int begin = Array.FindIndex(lines, line => line.Trim() == $"#region {region}");
        Assert.True(begin >= 0, $"{file} has no region '{region}'.");
        int end = Array.FindIndex(lines, begin, line => line.Trim() == "#endregion");
        string[] inside = lines[(begin + 1)..end];
        int indent = inside.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        var code = new StringBuilder();
        foreach (string line in inside)
            code.Append(line.Length > indent ? line[indent..] : "").Append('\n');
        return code.ToString();
    }

    [GeneratedRegex(@"<!-- (?<file>[\w./-]+)#(?<region>\w+) -->\n```csharp\n[\s\S]*?```")]
    private static partial Regex Snippet();

    [GeneratedRegex(@"^```(csharp|cs|c#)", RegexOptions.Multiline)]
    private static partial Regex Fence();
}
