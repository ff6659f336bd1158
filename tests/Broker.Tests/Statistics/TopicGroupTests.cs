using OrleansMq.Broker.Statistics;

namespace OrleansMq.Broker.Tests.Statistics;

public sealed class TopicGroupTests
{
    [Fact]
    public void TryParse_ReadsWhatIsWritten()
    {
        var key = new TopicGroup("%RETRY%consumers", "consumers");

        Assert.True(TopicGroup.TryParse(key.ToString(), out TopicGroup? read));
        Assert.Equal(key, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Orders")]
    [InlineData("@consumers")]
    public void TryParse_IsFalse_WithoutTopicAndSeparator(string text) =>
        Assert.False(TopicGroup.TryParse(text, out _));
}
