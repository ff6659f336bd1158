namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Pulls that select by the hash of a tag, which is that of Java's strings.</summary>
public sealed class TagPullTests : IDisposable
{
    private readonly TestBroker _broker = new();

    [Theory]
    [InlineData("TagA")]
    [InlineData("polygenelubricants")]
    [InlineData("\u8BA2\u5355")]
    [InlineData("\uD83D\uDE00")]
    public void Pull_GetsTheMessagesOfATag_WhateverItsHashIs(string tag)
    {
        _broker.Send("Orders", "other", properties: "TAGS\u0001other\u0002");
        _broker.Send("Orders", "wanted", properties: $"TAGS\u0001{tag}\u0002");
        _broker.Send("Orders", "none");
        Assert.Equal("wanted", Assert.Single(_broker.Pull("Orders", expression: tag).Records).Body);
        Assert.Equal("wanted", Assert.Single(_broker.Pull("Orders", expression: $"x || {tag}").Records).Body);
    }

    /// <summary>As in RocketMQ, whose clients compare the tag once more.</summary>
    [Fact]
    public void Pull_GetsMessagesOfAnotherTagToo_WhenItHasTheSameHash()
    {
        _broker.Send("Orders", "wanted", properties: "TAGS\u0001Aa\u0002");
        _broker.Send("Orders", "same hash", properties: "TAGS\u0001BB\u0002");
        Assert.Equal(
            ["wanted", "same hash"], _broker.Pull("Orders", expression: "Aa").Records.Select(record => record.Body));
    }

    public void Dispose() => _broker.Dispose();
}
