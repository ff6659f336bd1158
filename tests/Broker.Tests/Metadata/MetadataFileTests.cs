using System.Diagnostics.CodeAnalysis;
using System.Text;
using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.Tests.Metadata;

public sealed class MetadataFileTests
{
    private readonly MemoryFiles _files = new();
    private readonly MetadataFile _file;

    public MetadataFileTests() => _file = new MetadataFile(_files, "a.json");

    [Fact]
    public void Load_FindsNothing_WhenThereIsNoFile() =>
        Assert.Equal(new MetadataLoad<string>(MetadataSource.Nothing, null, null), _file.Load<string>(Decode));

    [Fact]
    public void Load_ReadsTheMainFile()
    {
        _files.Replace("a.json", "ok 1"u8);
        _files.Replace("a.json.bak", "ok 0"u8);
        Assert.Equal(new MetadataLoad<string>(MetadataSource.Main, "ok 1", null), _file.Load<string>(Decode));
    }

    [Theory]
    [InlineData("torn")]
    [InlineData(null)]
    public void Load_ReadsTheBackupAndSaysSo_WhenTheMainFileIsDamagedOrMissing(string? main)
    {
        if (main is not null)
            _files.Replace("a.json", Encoding.UTF8.GetBytes(main));
        _files.Replace("a.json.bak", "ok 0"u8);
        MetadataLoad<string> load = _file.Load<string>(Decode);
        Assert.Equal((MetadataSource.Backup, "ok 0"), (load.Source, load.State));
        string expected = main is null ? "'a.json' is missing" : "'a.json' is damaged: bad 'torn'";
        Assert.Contains(expected, load.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GivesBothProblems_WhenBothFilesAreDamaged()
    {
        _files.Replace("a.json", "torn"u8);
        _files.Replace("a.json.bak", "rotten"u8);
        MetadataLoad<string> load = _file.Load<string>(Decode);
        Assert.Equal((MetadataSource.Damaged, null), (load.Source, load.State));
        Assert.Contains("bad 'torn'", load.Problem, StringComparison.Ordinal);
        Assert.Contains("bad 'rotten'", load.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_IsDamaged_WhenTheMainFileIsAndThereIsNoBackup()
    {
        _files.Replace("a.json", "torn"u8);
        Assert.Equal(MetadataSource.Damaged, _file.Load<string>(Decode).Source);
    }

    [Fact]
    public void Save_KeepsThePreviousContentAsBackup()
    {
        _file.Save("ok 1"u8);
        _file.Save("ok 2"u8);
        Assert.Equal("ok 2"u8.ToArray(), _files.Contents["a.json"]);
        Assert.Equal("ok 1"u8.ToArray(), _files.Contents["a.json.bak"]);
        Assert.Equal(["a.json", "a.json.bak", "a.json"], _files.Replaced);
    }

    [Fact]
    public void Save_KeepsTheGoodBackup_WhenTheMainFileWasDamaged()
    {
        _files.Replace("a.json", "torn"u8);
        _files.Replace("a.json.bak", "ok 0"u8);
        _file.Load<string>(Decode);
        _file.Save("ok 1"u8);
        Assert.Equal("ok 1"u8.ToArray(), _files.Contents["a.json"]);
        Assert.Equal("ok 0"u8.ToArray(), _files.Contents["a.json.bak"]);
    }

    private static bool Decode(
        ReadOnlySpan<byte> content, [NotNullWhen(true)] out string? state, [NotNullWhen(false)] out string? problem)
    {
        string text = Encoding.UTF8.GetString(content);
        bool isGood = text.StartsWith("ok", StringComparison.Ordinal);
        state = isGood ? text : null;
        problem = isGood ? null : $"bad '{text}'";
        return isGood;
    }
}
