using System.Buffers;
using OrleansMq.Broker.Popping;

namespace OrleansMq.Broker.Tests.Popping;

/// <summary>What a queue takes over from records, and what it remembers of where they came from.</summary>
public sealed class PoppedQueueTests
{
    private static readonly PopKey Key = new("consumers", "Orders", 3);
    private readonly PoppedQueue _queue = new(Key);

    [Fact]
    public void RecordsThatAreStoredNow_DoNotCountAsReadBack()
    {
        Apply(output => PopRecord.WriteReset(output, Key, 7, atMilliseconds: 100));
        _queue.ApplyDeadLetter(7, 200);

        Assert.Equal((false, false, 200L), (_queue.IsRecovered, _queue.IsResetAnew, _queue.AppliedUntil));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(100, true)]
    public void RecordsThatAreReadBack_SaySo_AndWhetherAnOperatorSetTheOffset(long atMilliseconds, bool isResetAnew)
    {
        Recover(output => PopRecord.WriteReset(output, Key, 7, atMilliseconds));
        Assert.Equal((true, isResetAnew, 7L), (_queue.IsRecovered, _queue.IsResetAnew, _queue.State!.Cursor));
    }

    [Fact]
    public void RecordThatIsCutShort_ChangesNothing()
    {
        Apply(output => PopRecord.WriteReset(output, Key, 7, atMilliseconds: 0));
        PopEntry[] entries = [new(7, 0, 1, 100, 200), new(8, 0, 1, 100, 200), new(300, 0, 1, 100, 200)];
        Apply(output => PopRecord.WritePopped(output, Key, new PopBatch(301, 100, 200, entries)));
        byte[] body = BodyOf(output => PopRecord.WriteFinished(output, Key, [7, 8, 300]));
        PopRecord.TryRead(body, out _, out PopOperation operation, out ReadOnlySpan<byte> rest);

        Assert.Equal(5, rest.Length);
        for (int length = 0; length < rest.Length; length++)
        {
            Assert.False(_queue.Apply(operation, rest[..length], 500));
            Assert.Equal(entries, _queue.State!.Entries);
        }

        Assert.True(_queue.Apply(operation, rest, 500));
        Assert.Empty(_queue.State!.Entries);
    }

    private static byte[] BodyOf(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    private void Apply(Action<IBufferWriter<byte>> write)
    {
        PopRecord.TryRead(BodyOf(write), out _, out PopOperation operation, out ReadOnlySpan<byte> rest);
        Assert.True(_queue.Apply(operation, rest, 100));
    }

    private void Recover(Action<IBufferWriter<byte>> write)
    {
        PopRecord.TryRead(BodyOf(write), out _, out PopOperation operation, out ReadOnlySpan<byte> rest);
        Assert.True(_queue.Recover(operation, rest, 100));
    }
}
