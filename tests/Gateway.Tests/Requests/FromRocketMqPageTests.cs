using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>docs/from-rocketmq.md says of every request code what a broker does with it, and which test shows it.</summary>
public sealed class FromRocketMqPageTests : IAsyncDisposable
{
    private static readonly string Root = FindRoot();
    private static readonly HashSet<string> Tests = FindTests();

    private readonly TestBroker _broker = new();

    [Fact]
    public void Page_SaysOfEveryCodeWhatTheBrokerDoes()
    {
        Dictionary<int, string[]> rows = ReadRows();
        Assert.Equal(Enum.GetValues<RequestCode>().Select(code => (int)code).Order(), rows.Keys.Order());
        TestClient client = _broker.Connect();
        foreach ((int code, string[] row) in rows)
        {
            bool isKnown = client.Call(code).Code != (int)ResponseCode.RequestCodeNotSupported;
            Assert.True(row[1] == RequestCodeNames.Of(code), $"{code} is {RequestCodeNames.Of(code)}, not {row[1]}.");
            Assert.True(isKnown == (row[2] is "yes" or "differently"), $"{code} is said to be '{row[2]}'.");
            Assert.Contains(row[2], new[] { "yes", "differently", "no", "sent" });
        }
    }

    [Fact]
    public void Page_NamesTestsThatExist_AndANoteForWhatIsDifferent()
    {
        foreach ((int code, string[] row) in ReadRows())
            AssertShown($"{code}", row);
    }

    [Fact]
    public void Page_NamesATestForEveryFeature()
    {
        string[][] features = [.. ReadFeatures()];
        Assert.True(features.Length >= 30, $"Only {features.Length} features were found.");
        foreach (string[] row in features)
            AssertShown(row[0], row[1..]);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    /// <summary>A row as answer, note and tests in its last three cells.</summary>
    private static void AssertShown(string subject, string[] row)
    {
        string[] cells = row[^3..];
        Assert.Contains(cells[0], new[] { "yes", "differently", "no", "sent" });
        Assert.True(cells[0] != "differently" || cells[1].Length > 0, $"{subject} is different without a note.");
        if (cells[0] == "no")
            return;

        foreach (string test in cells[2].Split(", "))
            Assert.True(Tests.Contains(test.Trim('`')), $"{subject}: there is no test '{test}'.");
    }

    private static Dictionary<int, string[]> ReadRows() => ReadTables()
        .Where(cells => cells.Length == 5 && int.TryParse(cells[0], out _))
        .ToDictionary(cells => int.Parse(cells[0], CultureInfo.InvariantCulture));

    private static IEnumerable<string[]> ReadFeatures() => ReadTables()
        .Where(cells => cells.Length == 4 && cells[0] != "feature" && !cells[0].StartsWith('-'));

    private static IEnumerable<string[]> ReadTables() => File
        .ReadLines(Path.Combine(Root, "docs", "from-rocketmq.md"))
        .Where(line => line.StartsWith('|'))
        .Select(line => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries));

    private static HashSet<string> FindTests() =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file))];

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));
}
