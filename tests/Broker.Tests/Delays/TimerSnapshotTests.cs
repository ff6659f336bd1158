using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Tests.Metadata;

namespace OrleansMq.Broker.Tests.Delays;

public sealed class TimerSnapshotTests
{
    private readonly TimerWheel _wheel = new(10);

    public TimerSnapshotTests()
    {
        _wheel.Add(new TimerEntry(0x0102030405060708, 0x1112131415161718, 0x21222324));
        _wheel.Add(new TimerEntry(5, 6, 7));
    }

    [Fact]
    public void Encode_WritesTheLayout()
    {
        _wheel.Remove(6);
        byte[] file = TimerSnapshot.Encode(0x3132333435363738, [.. _wheel.Entries()]);
        Assert.Equal(
            "4F4D5154" + "00000001" + "3132333435363738" + "00000001"
                + "0102030405060708" + "1112131415161718" + "21222324",
            Convert.ToHexString(file[..^4]));
    }

    [Fact]
    public void TryDecode_BringsBackWhatEncodeWrote()
    {
        byte[] file = TimerSnapshot.Encode(99, [.. _wheel.Entries()]);
        Assert.True(TimerSnapshot.TryDecode(file, out TimerSnapshot? snapshot, out string? problem), problem);
        Assert.Equal(99, snapshot.Position);
        Assert.Equal(_wheel.Entries(), snapshot.Entries);
    }

    [Fact]
    public void TryDecode_GivesAProblem_WhenAnyBitIsWrong()
    {
        byte[] file = TimerSnapshot.Encode(99, [.. _wheel.Entries()]);
        for (int bit = 0; bit < file.Length * 8; bit++)
        {
            byte[] damaged = [.. file];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Damage.AssertProblem<TimerSnapshot>(TimerSnapshot.TryDecode, damaged);
        }
    }

    [Fact]
    public void TryDecode_GivesAProblem_WhenTheLengthIsWrong()
    {
        byte[] file = TimerSnapshot.Encode(99, [.. _wheel.Entries()]);
        for (int length = 0; length < file.Length; length++)
            Damage.AssertProblem<TimerSnapshot>(TimerSnapshot.TryDecode, file[..length]);
        Damage.AssertProblem<TimerSnapshot>(TimerSnapshot.TryDecode, [.. file, 0]);
    }
}
