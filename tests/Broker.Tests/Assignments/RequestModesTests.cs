using OrleansMq.Broker.Assignments;
using OrleansMq.Broker.KeyValues;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.Tests.Assignments;

public sealed class RequestModesTests
{
    private static readonly RequestMode Pop = new(MessageRequestMode.Pop, 8);
    private static readonly KeyValueOptions Options = new();

    [Fact]
    public void Find_GivesTheModeOfTopicAndGroup_AndPullForOthers()
    {
        KeyValueTable table = Set(new KeyValueTable(), "Orders", "g", Pop.Text);

        Assert.Equal(Pop, RequestModes.Find(table, "Orders", "g"));
        Assert.Equal(MessageRequestMode.Pull, RequestModes.Find(table, "Orders", "other").Mode);
        Assert.Equal(MessageRequestMode.Pull, RequestModes.Find(table, "Other", "g").Mode);
        Assert.Equal([("Orders", "g", Pop)], RequestModes.List(table));
    }

    [Fact]
    public void RetryTopic_IsPulled_WhateverIsSet()
    {
        KeyValueTable table = Set(new KeyValueTable(), "%RETRY%g", "g", Pop.Text);

        Assert.Equal(RequestMode.Default, RequestModes.Find(table, "%RETRY%g", "g"));
    }

    [Fact]
    public void Without_ForgetsOneTopicOrGroup_AndNoOther()
    {
        KeyValueTable table = new();
        foreach ((string topic, string group) in ((string, string)[])[("A", "g"), ("A", "h"), ("AA", "g"), ("B", "gg")])
            table = Set(table, topic, group, Pop.Text);

        Assert.Equal("AA@g B@gg", Keys(RequestModes.WithoutTopic(table, "A")));
        Assert.Equal("A@h B@gg", Keys(RequestModes.WithoutGroup(table, "g")));
        Assert.Same(table, RequestModes.WithoutTopic(table, "C"));
    }

    [Theory]
    [InlineData("POP")]
    [InlineData("POP;")]
    [InlineData("POP;-1")]
    [InlineData("POP;1;2")]
    [InlineData("pop;1")]
    [InlineData("")]
    public void Put_IsRefused_WhenTheTextIsNoMode(string text)
    {
        new KeyValueTable().Put(RequestModes.Namespace, "Orders@g", text, Options, out string? problem);

        Assert.Contains("'POP;8' or 'PULL;0' is expected", problem, StringComparison.Ordinal);
    }

    private static string Keys(KeyValueTable table) =>
        string.Join(' ', table.List(RequestModes.Namespace).Keys.Order(StringComparer.Ordinal));

    private static KeyValueTable Set(KeyValueTable table, string topic, string group, string text)
    {
        table = table.Put(RequestModes.Namespace, RequestModes.KeyOf(topic, group), text, Options, out string? problem);
        Assert.Null(problem);
        return table;
    }
}
