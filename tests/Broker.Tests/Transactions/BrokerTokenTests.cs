using OrleansMq.Broker.Transactions;

namespace OrleansMq.Broker.Tests.Transactions;

public sealed class BrokerTokenTests
{
    [Theory]
    [InlineData("broker-a")]
    [InlineData("")]
    public void Token_IsNoPlaceInAQueue(string name)
    {
        long token = BrokerToken.Of(name);
        Assert.InRange(token, -1L - uint.MaxValue, -1);
        Assert.True(BrokerToken.IsToken(token));
        Assert.False(BrokerToken.IsToken(0));
    }

    [Fact]
    public void Token_FindsItsBroker_AmongOthers()
    {
        string[] names = [.. Enumerable.Range(0, 1_000).Select(number => $"broker-{number}")];
        Assert.True(BrokerToken.TryFind(BrokerToken.Of("broker-7"), names, out string? found));
        Assert.Equal("broker-7", found);
        Assert.False(BrokerToken.TryFind(BrokerToken.Of("broker-7"), names[8..], out _));
    }

    /// <summary>The two names have the same CRC-32, as everybody who looks for such a pair finds soon.</summary>
    [Fact]
    public void Token_FindsNobody_WhenTwoBrokersHaveIt()
    {
        Assert.Equal(BrokerToken.Of("plumless"), BrokerToken.Of("buckeroo"));
        Assert.False(BrokerToken.TryFind(BrokerToken.Of("plumless"), ["plumless", "buckeroo"], out _));
    }
}
