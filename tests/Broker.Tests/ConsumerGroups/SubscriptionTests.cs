using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Tests.ConsumerGroups;

public sealed class SubscriptionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("*")]
    [InlineData(" * ")]
    public void Matches_EveryMessage_WhenTheFilterIsAll(string? expression)
    {
        Subscription subscription = Parse(expression);
        Assert.Equal("*", subscription.Expression);
        Assert.Empty(subscription.Codes);
        Assert.True(subscription.Matches(0));
        Assert.True(subscription.Matches(TagHash.Compute("a")));
    }

    [Theory]
    [InlineData("a || b")]
    [InlineData("a||b||a")]
    [InlineData("|| a || || b ||")]
    public void TryParse_ReadsTags_EachOnce(string expression)
    {
        Subscription subscription = Parse(expression);
        Assert.Equal(["a", "b"], subscription.Tags);
        Assert.Equal([97, 98], subscription.Codes.Order());
    }

    [Fact]
    public void Matches_OnlyTheTagsOfTheFilter()
    {
        Subscription subscription = Parse("a || b");
        Assert.True(subscription.Matches(TagHash.Compute("a")));
        Assert.True(subscription.Matches(TagHash.Compute("b")));
        Assert.False(subscription.Matches(TagHash.Compute("c")));
        Assert.False(subscription.Matches(0));
    }

    [Fact]
    public void Matches_ATagWithANegativeHash()
    {
        Assert.Equal(int.MinValue, TagHash.Compute("polygenelubricants"));
        Assert.True(Parse("polygenelubricants").Matches(int.MinValue));
    }

    [Fact]
    public void Matches_EveryMessage_WhenTheFilterIsSql() =>
        Assert.True(Parse("price > 3", ExpressionKind.Sql92).Matches(0));

    [Theory]
    [InlineData("Orders", "||", ExpressionKind.Tag)]
    [InlineData("Orders", " ", ExpressionKind.Tag)]
    [InlineData("Orders", "", ExpressionKind.Sql92)]
    [InlineData("Orders", null, ExpressionKind.Sql92)]
    [InlineData("", "*", ExpressionKind.Tag)]
    public void TryParse_GivesAProblem_WhenTheFilterIsWrong(string topic, string? expression, ExpressionKind kind)
    {
        Assert.False(
            Subscription.TryParse(topic, expression, kind, 1, out Subscription? subscription, out string? problem));
        Assert.Null(subscription);
        Assert.NotEmpty(problem!);
    }

    [Fact]
    public void TryParse_GivesAProblem_WhenTheFilterIsTooLong() => Assert.False(Subscription.TryParse(
        "Orders", new string('a', Subscription.MaxExpressionLength + 1), ExpressionKind.Tag, 1, out _, out _));

    private static Subscription Parse(string? expression, ExpressionKind kind = ExpressionKind.Tag)
    {
        Assert.True(Subscription.TryParse("Orders", expression, kind, 1, out Subscription? parsed, out _));
        return parsed;
    }
}
