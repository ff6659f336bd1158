using System.Text.RegularExpressions;

namespace OrleansMq.Architecture.Tests;

/// <summary>The style that no analyzer holds.</summary>
public sealed partial class TidyTests
{
    private const int MaxLines = 500;
    private const int MaxColumns = 120;

    [Fact]
    public void SourceFiles_StayShort()
    {
        string[] tooLong =
        [
            .. Repository.SourceFiles("src", "bench")
                .Select(file => (File: Repository.Relative(file), Lines: File.ReadLines(file).Count()))
                .Where(entry => entry.Lines > MaxLines)
                .Select(entry => $"{entry.File}: {entry.Lines} lines"),
        ];
        Assert.Empty(tooLong);
    }

    [Fact]
    public void SourceLines_StayNarrow()
    {
        string[] tooWide =
        [
            .. Repository.SourceFiles("src").SelectMany(file => File.ReadLines(file)
                .Select((line, index) => (Line: line, Number: index + 1))
                .Where(entry => entry.Line.Length > MaxColumns)
                .Select(entry => $"{Repository.Relative(file)}:{entry.Number}")),
        ];
        Assert.Empty(tooWide);
    }

    [Fact]
    public void SourceFiles_HaveNoLeftovers()
    {
        string[] leftovers =
        [
            .. Repository.SourceFiles("src").SelectMany(file => File.ReadLines(file)
                .Where(line => Leftover().IsMatch(line))
                .Select(line => $"{Repository.Relative(file)}: {line.Trim()}")),
        ];
        Assert.Empty(leftovers);
    }

    [Fact]
    public void SourceFolders_AreNounsOfTheDomain()
    {
        string[] wrong =
        [
            .. Repository.SourceFiles("src").Select(file => Path.GetDirectoryName(Repository.Relative(file))!)
                .Distinct().Where(folder => Grabbag().IsMatch(folder)),
        ];
        Assert.Empty(wrong);
    }

    [Fact]
    public void DocumentLinks_PointAtFiles()
    {
        var broken = new List<string>();
        foreach (string page in Directory.EnumerateFiles(Repository.Root, "*.md", SearchOption.AllDirectories)
            .Where(file => !Repository.Relative(file).Contains("node_modules", StringComparison.Ordinal)))
        {
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                string target = link.Groups[1].Value.Split('#')[0];
                bool isLocal = target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
                    && !target.StartsWith("mailto:", StringComparison.Ordinal);
                if (isLocal && !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target)))
                    broken.Add($"{Repository.Relative(page)} -> {target}");
            }
        }

        Assert.Empty(broken);
    }

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"/(Utils?|Helpers?|Managers?|Common|Misc)(/|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Grabbag();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
