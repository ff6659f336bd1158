using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;

namespace OrleansMq.Messages.Tests.Records;

/// <summary>Numbers that stand in stored files and on the wire. A failure here is a change of format.</summary>
public sealed class FrozenNumbersTests
{
    [Fact]
    public void SystemFlags_AreFrozen()
    {
        var expected = new Dictionary<string, int>
        {
            ["None"] = 0x0,
            ["Compressed"] = 0x1,
            ["MultipleTags"] = 0x2,
            ["TransactionPrepared"] = 0x4,
            ["TransactionCommit"] = 0x8,
            ["TransactionRollback"] = 0xC,
            ["BornHostIPv6"] = 0x10,
            ["StoreHostIPv6"] = 0x20,
        };
        Assert.Equal(expected, Enum.GetValues<SystemFlags>().ToDictionary(flag => flag.ToString(), flag => (int)flag));
    }

    [Fact]
    public void MagicNumbers_AreFrozen()
    {
        Assert.Equal(-626843481, RecordLayout.Magic);
        Assert.Equal(-626843477, RecordLayout.MagicWideTopic);
        Assert.Equal(-875286124, RecordLayout.BlankMagic);
    }

    [Fact]
    public void Sizes_AreFrozen()
    {
        Assert.Equal(91, RecordLayout.MinSizeBytes);
        Assert.Equal(8, RecordLayout.BlankSizeBytes);
        Assert.Equal(127, RecordLayout.MaxNarrowTopicBytes);
        Assert.Equal(255, RecordLayout.MaxTopicBytes);
        Assert.Equal(20, RecordChecksum.SizeBytes);
        Assert.Equal(32767, PropertyBlock.MaxBytes);
        Assert.Equal(1, PropertyBlock.NameEnd);
        Assert.Equal(2, PropertyBlock.ValueEnd);
    }
}
