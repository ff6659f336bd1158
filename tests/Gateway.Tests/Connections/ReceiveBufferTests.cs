using OrleansMq.Gateway.Connections;

namespace OrleansMq.Gateway.Tests.Connections;

public sealed class ReceiveBufferTests
{
    [Fact]
    public void Bytes_AreThoseAddedAndNotConsumed()
    {
        var budget = new ReceiveBudget(1_000_000);
        var buffer = new ReceiveBuffer(budget);
        var model = new List<byte>();
        const int seed = 4711;
        var random = new Random(seed);
        for (int step = 0; step < 10_000; step++)
        {
            byte[] bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            Assert.True(buffer.TryAppend(bytes), $"seed {seed} step {step}");
            model.AddRange(bytes);
            int count = random.Next(model.Count + 1);
            buffer.Consume(count);
            model.RemoveRange(0, count);
            Assert.True(buffer.Bytes.Span.SequenceEqual(model.ToArray()), $"seed {seed} step {step}");
        }

        buffer.Consume(model.Count);
        Assert.Equal(0, budget.Taken);
    }

    [Fact]
    public void TryAppend_IsRefusedAndKeepsWhatIsThere_WhenTheBudgetIsUsedUp()
    {
        var budget = new ReceiveBudget(100);
        var buffer = new ReceiveBuffer(budget);
        Assert.True(buffer.TryAppend(new byte[10]));
        Assert.False(buffer.TryAppend(new byte[1000]));
        Assert.Equal(10, buffer.Length);
        buffer.Clear();
        Assert.Equal(0, budget.Taken);
    }

    [Fact]
    public void GetRoomForFrame_EndsWithTheFrame_WhenItIsLarge()
    {
        var budget = new ReceiveBudget(long.MaxValue);
        var buffer = new ReceiveBuffer(budget);
        // A frame of 3 MiB and its length.
        Assert.True(buffer.TryAppend([0x00, 0x30, 0x00, 0x00]));
        while (buffer.Length < 4 + (3 * 1024 * 1024))
        {
            int room = buffer.GetRoomForFrame().Length;
            Assert.InRange(room, 1, Math.Max(64 * 1024, 2 * buffer.Length));
            buffer.Advance(room);
        }

        Assert.Equal(4 + (3 * 1024 * 1024), buffer.Length);
        Assert.Equal(buffer.Length, budget.Taken);
    }
}
