using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Gateway.Tests.Requests;

/// <summary>docs/from-rocketmq.md says of every request code what a broker does with it, and which test shows it.</summary>
public sealed class FromRocketMqPageTests : IAsyncDisposable
{
    private static readonly string Root = FindRoot();

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
        HashSet<string> tests =
            [.. Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
                .Select(file => Path.GetFileNameWithoutExtension(file))];
        foreach ((int code, string[] row) in ReadRows())
        {
            if (row[2] == "no")
                continue;

            Assert.True(tests.Contains(row[4].Trim('`')), $"{code}: there is no test '{row[4]}'.");
            Assert.True(row[2] != "differently" || row[3].Length > 0, $"{code} is different without a note.");
        }
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static Dictionary<int, string[]> ReadRows() => File
        .ReadLines(Path.Combine(Root, "docs", "from-rocketmq.md"))
        .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
        .Where(cells => cells.Length == 7 && int.TryParse(cells[1], out _))
        .ToDictionary(
            cells => int.Parse(cells[1], CultureInfo.InvariantCulture), cells => cells[1..6]);

    private static string FindRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));
}
