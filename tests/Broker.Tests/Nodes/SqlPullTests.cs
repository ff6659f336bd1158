using OrleansMq.Broker.Pulling;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Pulls that select by a condition on properties.</summary>
public sealed class SqlPullTests : IDisposable
{
    private const string Sql = "SQL92";

    private readonly TestBroker _broker = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pull_GetsTheMatchingMessages(bool crashes)
    {
        for (int amount = 0; amount < 10; amount++)
            _broker.Send("Orders", $"{amount}", properties: $"amount\u0001{amount}\u0002TAGS\u0001any\u0002");
        _broker.Send("Orders", "none");
        if (crashes)
            _broker.Crash();

        (PullOutcome outcome, ReceivedRecord[] records) =
            _broker.Pull("Orders", expression: "amount BETWEEN 3 AND 5", expressionType: Sql);
        Assert.Equal((ResponseCode.Success, 11), (outcome.Code, outcome.Result.NextOffset));
        Assert.Equal(["3", "4", "5"], records.Select(record => record.Body));

        Assert.Equal("none", Assert.Single(
            _broker.Pull("Orders", expression: "amount IS NULL", expressionType: Sql).Records).Body);
    }

    [Fact]
    public void Pull_EndsWhereItIs_WhenItHasCausedAsMuchWorkAsItMay()
    {
        // 469 steps for the search, 469 for the properties and some for the parts.
        string large = $"a\u0001{new string('y', 30_000)}\u0002";
        for (int count = 0; count < 10; count++)
            _broker.Send("Orders", "no", properties: large);
        _broker.Send("Orders", "yes", properties: "a\u0001x\u0002");
        _broker.Options.SqlFilters.MaxStepsPerPull = 3_500;

        var offsets = new List<long>();
        long offset = 0;
        string[] found = [];
        while (found.Length == 0)
        {
            (PullOutcome outcome, ReceivedRecord[] records) =
                _broker.Pull("Orders", offset: offset, expression: "a CONTAINS 'x'", expressionType: Sql);
            Assert.Equal(
                records.Length > 0 ? ResponseCode.Success : ResponseCode.PullRetryImmediately, outcome.Code);
            offset = outcome.Result.NextOffset;
            offsets.Add(offset);
            found = [.. records.Select(record => record.Body)];
        }

        Assert.Equal([4, 8, 11], offsets);
        Assert.Equal(["yes"], found);
    }

    [Fact]
    public void Pull_GetsOn_WhenOneMessageCausesMoreWorkThanItMay()
    {
        _broker.Options.SqlFilters.MaxStepsPerPull = 1_000;
        _broker.Send("Orders", "first", properties: $"a\u0001{new string('y', 30_000)}\u0002");
        _broker.Send("Orders", "second", properties: "b\u00011\u0002");
        const string Condition = "a CONTAINS 'x' OR a CONTAINS 'z' OR a CONTAINS 'yy'";
        (PullOutcome outcome, ReceivedRecord[] records) =
            _broker.Pull("Orders", expression: Condition, expressionType: Sql);
        Assert.Equal(1, outcome.Result.NextOffset);
        Assert.Equal(["first"], records.Select(record => record.Body));
    }

    [Fact]
    public void Limits_AreThoseOfTheOptions()
    {
        _broker.Options.SqlFilters.MaxParts = 4;
        _broker.Send("Orders", "one");
        Assert.Null(_broker.Pull("Orders", expression: "a = 1", expressionType: Sql).Outcome.Problem);
        Assert.Contains(
            "more than 4 parts",
            _broker.Pull("Orders", expression: "a = 1 OR a = 2", expressionType: Sql).Outcome.Problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Pull_GoesOnBehindWhatDoesNotMatch()
    {
        _broker.Send("Orders", "small", properties: "amount\u00011\u0002");
        PullOutcome outcome = _broker.Pull("Orders", expression: "amount > 3", expressionType: Sql).Outcome;
        Assert.Equal((ResponseCode.PullRetryImmediately, 1), (outcome.Code, outcome.Result.NextOffset));
    }

    [Fact]
    public void Pull_IsRefusedWithAReason_WhenTheConditionOrItsKindIsWrong()
    {
        _broker.Send("Orders", "one");
        PullOutcome bad = _broker.Pull("Orders", expression: "amount LIKE 'x'", expressionType: Sql).Outcome;
        PullOutcome unknown = _broker.Pull("Orders", expression: "x", expressionType: "XPATH").Outcome;

        Assert.Equal(ResponseCode.SubscriptionParseFailed, bad.Code);
        Assert.Contains("LIKE", bad.Problem, StringComparison.Ordinal);
        Assert.Equal(ResponseCode.SubscriptionParseFailed, unknown.Code);
        Assert.Contains("XPATH", unknown.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void WaitingPull_IsAnsweredByAMatchingMessageOnly()
    {
        _broker.Send("Orders", "first");
        TestPull pull = _broker.Hold("Orders", 1, "amount > 3", Sql);
        _broker.Send("Orders", "small", properties: "amount\u00011\u0002");
        Assert.Empty(pull.Answers);
        _broker.Send("Orders", "large", properties: "amount\u00014\u0002");
        (ResponseCode code, ReceivedRecord[] records) = Assert.Single(pull.Answers);
        Assert.Equal((ResponseCode.Success, "large"), (code, Assert.Single(records).Body));
    }

    public void Dispose() => _broker.Dispose();
}
