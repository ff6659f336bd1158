using System.Xml.Linq;

namespace OrleansMq.Architecture.Tests;

public sealed class ProjectArrowTests
{
    /// <summary>What each project may reference, as ARCHITECTURE.md draws it. Arrows point down only.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Messages"] = [],
        ["Storage"] = ["Messages"],
        ["Protocol"] = ["Messages"],
        ["Broker"] = ["Storage", "Protocol", "Messages"],
        ["Gateway"] = ["Broker", "Protocol"],
        ["Client"] = ["Protocol", "Messages"],
        ["Client.Hosting"] = ["Client"],
        ["Client.InProcess"] = ["Client", "Gateway"],
        ["TestKit"] = ["Client", "Client.InProcess", "Gateway"],
        ["Standalone"] = ["Gateway", "Broker"],
        ["Cli"] = ["Client", "Storage"],
        ["Databases"] = [],
        ["Grains"] = ["Gateway", "Broker", "Tunnels"],
        ["Streams"] = ["Grains"],
        ["Tunnels"] = [],
        ["Client.Orleans"] = ["Client", "Tunnels"],
        ["Silo"] = ["Grains", "Gateway", "Databases"],
    };

    [Fact]
    public void SourceProjects_ReferenceOnlyWhatLiesBelowThem()
    {
        var wrong = new List<string>();
        foreach (string project in Repository.Projects("src"))
        {
            string name = NameOf(project);
            Assert.True(Allowed.ContainsKey(name), $"{name} is new: say in this test and in ARCHITECTURE.md what it may reference.");
            wrong.AddRange(ReferencesOf(project).Except(Allowed[name]).Select(reference => $"{name} -> {reference}"));
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Solution_HoldsEveryProject()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "OrleansMq.sln")).Replace('\\', '/');
        string[] missing =
        [
            .. AllProjects().Select(Repository.Relative)
                .Where(project => !solution.Contains(project, StringComparison.Ordinal)),
        ];
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("Storage")]
    [InlineData("Broker")]
    public void DecisionsAndStorage_BanClocksThreadsAndFiles(string project)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "src", project, $"OrleansMq.{project}.csproj"));
        Assert.Contains("<UsesBannedSymbols>true</UsesBannedSymbols>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void StandaloneFilter_HoldsEveryProjectThatNeedsNoOrleansPackage_AndNoOther()
    {
        string filter = File.ReadAllText(Path.Combine(Repository.Root, "OrleansMq.Standalone.slnf")).Replace("\\\\", "/", StringComparison.Ordinal);
        string[] wrong =
        [
            .. from project in AllProjects()
               let isThere = filter.Contains(Repository.Relative(project), StringComparison.Ordinal)
               where isThere == NeedsOrleans(project)
               select Repository.Relative(project) + (isThere ? " needs Orleans" : " is missing"),
        ];
        Assert.Empty(wrong);
    }

    private static IEnumerable<string> AllProjects() => new[] { "src", "tests", "bench", "samples" }
        .Where(folder => Directory.Exists(Path.Combine(Repository.Root, folder))).SelectMany(Repository.Projects);

    private static bool NeedsOrleans(string project)
    {
        XDocument content = XDocument.Load(project);
        return content.Descendants("PackageReference").Any(package => package.Attribute("Include")!.Value.StartsWith("Microsoft.Orleans", StringComparison.Ordinal))
            || content.Descendants("ProjectReference").Any(reference =>
                NeedsOrleans(Path.GetFullPath(reference.Attribute("Include")!.Value.Replace('\\', '/'), Path.GetDirectoryName(project)!)));
    }

    private static IEnumerable<string> ReferencesOf(string project) => XDocument.Load(project)
        .Descendants("ProjectReference")
        .Select(reference => NameOf(reference.Attribute("Include")!.Value));

    private static string NameOf(string project) =>
        Path.GetFileNameWithoutExtension(project.Replace('\\', '/')).Replace("OrleansMq.", "", StringComparison.Ordinal);
}
