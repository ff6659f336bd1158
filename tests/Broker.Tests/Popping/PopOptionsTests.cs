using OrleansMq.Broker.Popping;

namespace OrleansMq.Broker.Tests.Popping;

public sealed class PopOptionsTests
{
    [Theory]
    [InlineData(63, "OrleansMq:Broker:Pops:MaxBatchAckSpan is 63; allowed is 64 to 1,000,000,000.")]
    [InlineData(64, null)]
    [InlineData(1_000_000_000, null)]
    [InlineData(
        1_000_000_001, "OrleansMq:Broker:Pops:MaxBatchAckSpan is 1000000001; allowed is 64 to 1,000,000,000.")]
    public void SpanOfABatch_HasItsRange(int span, string? problem) =>
        Assert.Equal(problem, new PopOptions { MaxBatchAckSpan = span }.Validate().SingleOrDefault());
}
