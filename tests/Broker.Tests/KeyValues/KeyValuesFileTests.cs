using System.Text;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Tests.Nodes;

namespace OrleansMq.Broker.Tests.KeyValues;

public sealed class KeyValuesFileTests
{
    /// <summary>As RocketMQ's name server writes it.</summary>
    private const string Written = """{"configTable":{"ORDER_TOPIC_CONFIG":{"TLive":"broker-a:4"},"nsx":{"kx":"vx"}}}""";

    [Fact]
    public void TryDecode_ReadsRocketMqsFile()
    {
        Assert.True(KeyValuesFile.TryDecode(Encoding.UTF8.GetBytes(Written), out KeyValueTable? table, out _));

        Assert.Equal(
            ("broker-a:4", "vx"), (table.Find("ORDER_TOPIC_CONFIG", "TLive"), table.Find("nsx", "kx")));
    }

    [Fact]
    public void Encode_IsReadBack()
    {
        KeyValuesFile.TryDecode(Encoding.UTF8.GetBytes(Written), out KeyValueTable? table, out _);

        Assert.True(KeyValuesFile.TryDecode(KeyValuesFile.Encode(table!), out KeyValueTable? read, out _));
        Assert.Equal(("broker-a:4", "vx"), (read.Find("ORDER_TOPIC_CONFIG", "TLive"), read.Find("nsx", "kx")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"configTable\":{\"nsx\":{\"kx\":1}}}")]
    [InlineData("{\"configTable\":{\"nsx\":\"vx\"}}")]
    public void TryDecode_SaysWhatIsWrong(string content)
    {
        Assert.False(KeyValuesFile.TryDecode(Encoding.UTF8.GetBytes(content), out _, out string? problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Settings_AreOnDisk_OnceTheyAreAnswered()
    {
        using var broker = new TestBroker();
        Assert.Null(broker.Node.KeyValues.Set("nsx", "kept", "1"));
        Assert.Null(broker.Node.KeyValues.Set("nsx", "gone", "2"));
        Assert.Null(broker.Node.KeyValues.Set("nsx", "gone", null));

        broker.Crash();

        Assert.Equal(("1", null), (
            broker.Node.KeyValues.Table.Find("nsx", "kept"), broker.Node.KeyValues.Table.Find("nsx", "gone")));
    }

    [Fact]
    public void Broker_DoesNotStart_WhenTheFileAndItsBackupAreDamaged()
    {
        using var broker = new TestBroker();
        broker.Node.KeyValues.Set("nsx", "kept", "1");
        string config = Path.Combine(broker.Store.Directory, "config");
        byte[]? whole = null;

        Assert.Throws<MetadataDamagedException>(() => broker.Reopen(() =>
        {
            whole = File.ReadAllBytes(Path.Combine(config, KeyValuesFile.Name));
            foreach (string file in Directory.GetFiles(config, KeyValuesFile.Name + "*"))
                File.WriteAllText(file, "{");
        }));

        File.WriteAllBytes(Path.Combine(config, KeyValuesFile.Name), whole!);
        broker.Reopen();
        Assert.Equal("1", broker.Node.KeyValues.Table.Find("nsx", "kept"));
    }
}
