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
