using OrleansMq.Broker.Topics;

namespace OrleansMq.Broker.Tests.Topics;

public sealed class TopicAttributesTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("", "+retention.hours=24", "retention.hours=24")]
    [InlineData("", "+retention.hours=24,+retention.bytes=1000", "retention.bytes=1000;retention.hours=24")]
    [InlineData("retention.hours=24", "", "retention.hours=24")]
    [InlineData("retention.hours=24", "+retention.hours=87600", "retention.hours=87600")]
    [InlineData("retention.hours=24;message.type=FIFO", "-retention.hours", "message.type=FIFO")]
    [InlineData("", "-retention.hours", "")]
    [InlineData("", "+idempotent.window=90s", "idempotent.window=90s")]
    [InlineData("", "+idempotent.window=7d", "idempotent.window=7d")]
    [InlineData("", " +message.type=DELAY , +queue.type=SimpleCQ,+cleanup.policy=DELETE,",
        "cleanup.policy=DELETE;message.type=DELAY;queue.type=SimpleCQ")]
    public void Change_GivesTheAttributesAsked(string current, string changes, string expected)
    {
        Assert.True(TopicAttributes.TryChange(Parse(current), changes, out var changed, out string? problem), problem);

        Assert.Equal(
            expected,
            string.Join(';', changed.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [Theory]
    [InlineData("retention.hours=24", "retention.hours=24")]
    [InlineData("+retention.hours", "+retention.hours")]
    [InlineData("+=24", "+=24")]
    [InlineData("-", "neither")]
    [InlineData("-retention.hours=24", "neither")]
    [InlineData("+retention.hours=0", "1 to 87600")]
    [InlineData("+retention.hours=87601", "1 to 87600")]
    [InlineData("+retention.hours=-1", "'-1'")]
    [InlineData("+retention.hours=1.5", "'1.5'")]
    [InlineData("+retention.bytes=0", "retention.bytes")]
    [InlineData("+retention.bytes=1125899906842625", "1125899906842624")]
    [InlineData("+idempotent.window=10", "unit of s, m, h or d")]
    [InlineData("+idempotent.window=0s", "1s to 7d")]
    [InlineData("+idempotent.window=8d", "1s to 7d")]
    [InlineData("+idempotent.window=m", "'m'")]
    [InlineData("+idempotent.window=99999999999h", "1s to 7d")]
    [InlineData("+message.type=EXOTIC", "TRANSACTION")]
    [InlineData("+queue.type=BatchCQ", "SimpleCQ")]
    [InlineData("+cleanup.policy=COMPACTION", "DELETE")]
    [InlineData("+reserve.time=24", "retention.hours")]
    [InlineData("+retention.hour=24", "There is no attribute 'retention.hour'")]
    [InlineData("+retention.hours=1,+retention.hours=2", "twice")]
    [InlineData("+retention.hours=1,-retention.hours", "twice")]
    public void Change_IsRefusedWithAReason(string changes, string reason)
    {
        Assert.False(TopicAttributes.TryChange(Parse(""), changes, out _, out string? problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Put_ChangesAttributes_AndLeavesTheOthers()
    {
        var registry = new TopicRegistry(new BrokerOptions());
        Put(registry, "+retention.hours=24,+message.type=FIFO");
        Put(registry, "");
        TopicResult result = Put(registry, "-retention.hours,+idempotent.window=10m");

        Assert.Equal(TopicStatus.Updated, result.Status);
        Assert.Equal(["idempotent.window", "message.type"], registry.Find("Orders")!.Attributes.Keys.Order());
        Assert.Null(registry.Find("Orders")!.AttributeChanges);
    }

    [Fact]
    public void Put_IsRefused_AndChangesNothing_WhenAnAttributeIsWrong()
    {
        var registry = new TopicRegistry(new BrokerOptions());
        Assert.Equal(TopicStatus.Invalid, Put(registry, "+retention.hours=many").Status);
        Assert.Null(registry.Find("Orders"));
    }

    [Theory]
    [InlineData("%RETRY%consumers")]
    [InlineData("%DLQ%consumers")]
    public void Put_IsRefused_WhenATopicOfRetriesIsToTakeIdsOnce(string name)
    {
        var registry = new TopicRegistry(new BrokerOptions());
        TopicResult result =
            registry.Put(new TopicConfig { Name = name, AttributeChanges = "+idempotent.window=1m" }, 1);
        Assert.Equal(TopicStatus.Invalid, result.Status);
        Assert.Equal(
            TopicStatus.Created,
            registry.Put(new TopicConfig { Name = name, AttributeChanges = "+retention.hours=1" }, 1).Status);
    }

    private static TopicResult Put(TopicRegistry registry, string changes) =>
        registry.Put(new TopicConfig { Name = "Orders", AttributeChanges = changes }, 1);

    private static Dictionary<string, string> Parse(string attributes) => attributes
        .Split(';', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
}
