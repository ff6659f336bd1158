using OrleansMq.Broker.DeadLetters;
using OrleansMq.Broker.Sending;
using OrleansMq.Messages.Identity;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Broker.Tests.Nodes;

public sealed class DeadLetterTests : IDisposable
{
    private const string RetryTopic = "%RETRY%consumers";
    private const string DeadLetterTopic = "%DLQ%consumers";

    private static readonly ResendDeadLettersRequest All =
        new("consumers", [], null, 0, long.MaxValue, 100, null, false, false, false);

    private readonly TestBroker _broker = new(options =>
    {
        options.DeadLetters.MaxListed = 50;
        options.DeadLetters.MaxResentAtOnce = 50;
    });

    [Fact]
    public void DeadLetter_SaysWhyItIsOne_WhenItsAttemptsAreUsedUp()
    {
        Bury("hard", level: 0);

        DeadLetterEntry letter = Assert.Single(List().DeadLetters);
        Assert.Equal(("ATTEMPTS_USED_UP", 1, "consumer-1"), (letter.Reason, letter.Attempts, letter.Consumer));
        Assert.Equal(("Orders", "U-hard", 4), (letter.OriginTopic, letter.UniqueKey, letter.BodyBytes));
        Assert.Equal(0, letter.ResentCount);
    }

    [Fact]
    public void DeadLetter_SaysWhyItIsOne_WhenItsConsumerGaveUp()
    {
        Bury("hopeless", level: -1);
        Assert.Equal("CONSUMER_GAVE_UP", Assert.Single(List().DeadLetters).Reason);
    }

    [Fact]
    public void DeadLetter_ComesAtOnceAndSaysWhy_WhenAConsumerSendsItItselfAfterTheLastTry()
    {
        Bury("creates the topics", level: 0);
        SendResult sent = _broker.Send(
            RetryTopic, "sent by its consumer",
            properties: "DELAY\u00018\u0002RETRY_TOPIC\u0001Orders\u0002ORIGIN_MESSAGE_ID\u0001ID1\u0002",
            reconsumeTimes: 17);

        Assert.True(sent.IsStored);
        DeadLetterEntry letter = List().DeadLetters[^1];
        Assert.Equal(
            ("ATTEMPTS_USED_UP", 17, "Orders", "ID1"),
            (letter.Reason, letter.Attempts, letter.OriginTopic, letter.OriginMessageId));
        Assert.Equal("127.0.0.1:9876", letter.Consumer);
    }

    [Fact]
    public void List_GivesPagesByTime_UntilThereAreNoMore()
    {
        for (int number = 0; number < 7; number++)
        {
            Bury($"letter {number}", level: 0);
            _broker.Time.Advance(TimeSpan.FromSeconds(10));
        }

        long begin = _broker.Time.Milliseconds - 60_000;
        var request = new ListDeadLettersRequest("consumers", null, begin, begin + 35_000, 3, null);
        DeadLetterList first = _broker.Node.DeadLetters.List(request, out _)!;
        DeadLetterList second = _broker.Node.DeadLetters.List(request with { Cursor = first.Next }, out _)!;

        Assert.Equal(["U-letter 1", "U-letter 2", "U-letter 3"], first.DeadLetters.Select(letter => letter.UniqueKey));
        Assert.Equal(["U-letter 4"], second.DeadLetters.Select(letter => letter.UniqueKey));
        Assert.Null(second.Next);
    }

    [Fact]
    public void List_LooksAtNoMoreThanAllowed_AndSaysWhereToGoOn()
    {
        _broker.Options.DeadLetters.MaxExamined = 4;
        _broker.Send("Other", "creates the topic");
        for (int number = 0; number < 6; number++)
            Bury($"letter {number}", level: 0, topic: number == 5 ? "Other" : "Orders");

        var request = new ListDeadLettersRequest("consumers", "Other", 0, long.MaxValue, 10, null);
        DeadLetterList first = _broker.Node.DeadLetters.List(request, out _)!;
        Assert.Equal((0, 4), (first.DeadLetters.Count, first.Examined));
        DeadLetterList second = _broker.Node.DeadLetters.List(request with { Cursor = first.Next }, out _)!;
        Assert.Equal("U-letter 5", Assert.Single(second.DeadLetters).UniqueKey);
    }

    [Theory]
    [InlineData("nobody", null, "no dead letters")]
    [InlineData("consumers", "nonsense", "cursor")]
    public void List_SaysWhatIsWrong(string group, string? cursor, string reason)
    {
        Bury("one", level: 0);
        Assert.Null(_broker.Node.DeadLetters.List(
            new ListDeadLettersRequest(group, null, 0, long.MaxValue, 10, cursor), out string? problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_AreCountedWithTheirTimes()
    {
        Bury("one", level: 0);
        _broker.Time.Advance(TimeSpan.FromSeconds(5));
        Bury("two", level: 0);

        DeadLetterSummary summary = Assert.Single(_broker.Node.DeadLetters.ListGroups().Groups);
        Assert.Equal(("consumers", 2), (summary.Group, summary.Count));
        Assert.Equal(5_000, summary.NewestTimestamp - summary.OldestTimestamp);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Show_GivesAllThatADeadLetterCarries(bool isByUniqueKey)
    {
        Bury("body", level: -1);
        DeadLetterEntry entry = Assert.Single(List().DeadLetters);

        DeadLetterDetails? details = _broker.Node.DeadLetters.Show(
            new ShowDeadLetterRequest("consumers", isByUniqueKey ? "U-body" : entry.MessageId), out _);

        Assert.Equal("body", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(details!.Body)));
        Assert.Equal("CONSUMER_GAVE_UP", details.Properties["DLQ_REASON"]);
        Assert.Equal(entry.MessageId, details.Letter.MessageId);
    }

    [Fact]
    public void Show_KnowsOnlyDeadLettersOfTheGroup()
    {
        Bury("body", level: 0);
        string original = Assert.Single(List().DeadLetters).OriginMessageId!;

        Assert.Null(_broker.Node.DeadLetters.Show(
            new ShowDeadLetterRequest("consumers", original), out string? problem));
        Assert.Contains(original, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Resend_GoesToTheGroupAlone_WithAllItsTriesAgain()
    {
        Bury("again", level: 0);
        ResendReport report = Resend(All);

        Assert.Equal((1, 0, 0), (report.Sent, report.AlreadySent, report.Refused));
        ReceivedRecord copy = Assert.Single(_broker.Pull(RetryTopic).Records);
        Assert.Equal(("again", 0, "Orders"), (copy.Body, copy.ReconsumeTimes, copy.Property("RETRY_TOPIC")));
        Assert.Equal(List().DeadLetters[0].OriginMessageId, copy.Property("ORIGIN_MESSAGE_ID"));
        Assert.Single(_broker.BodiesOf("Orders"));
        Assert.Equal(1, List().DeadLetters[0].ResentCount);
        Assert.True(OffsetMessageId.TryParse(Assert.Single(report.Letters).CopyId, out OffsetMessageId id));
        Assert.Equal(copy.PhysicalOffset, id.PhysicalOffset);
    }

    [Fact]
    public void Resend_GoesToAllGroups_WhenItIsForTheTopic()
    {
        _broker.Send("Orders", "creates the topic");
        Bury("again", level: 0);
        Resend(All with { ToTopic = true });

        long copies = Enumerable.Range(0, 4).Sum(queue => _broker.BodiesOf("Orders", queue).Count(body => body == "again"));
        Assert.Equal(2, copies);
        Assert.Empty(_broker.BodiesOf(RetryTopic));
    }

    [Fact]
    public void Resend_SendsNothingTwice_UnlessItIsForced()
    {
        Bury("one", level: 0);
        Bury("two", level: 0);
        Resend(All);

        ResendReport second = Resend(All);
        Assert.Equal((0, 2), (second.Sent, second.AlreadySent));
        Assert.Equal(2, _broker.BodiesOf(RetryTopic).Length);

        Assert.Equal(2, Resend(All with { IsForced = true }).Sent);
        Assert.Equal(4, _broker.BodiesOf(RetryTopic).Length);
        Assert.All(List().DeadLetters, letter => Assert.Equal(2, letter.ResentCount));
    }

    [Fact]
    public void DryRun_SaysWhatWouldBeSent_AndSendsNothing()
    {
        Bury("one", level: 0);
        Resend(All);
        Bury("two", level: 0);
        long end = _broker.Node.Store.Log.AppendedUntil;

        ResendReport report = Resend(All with { IsDryRun = true });

        Assert.Equal((1, 1), (report.Sent, report.AlreadySent));
        Assert.Equal(["ALREADY_SENT", "WOULD_SEND"], report.Letters.Select(letter => letter.Outcome));
        Assert.Equal(end, _broker.Node.Store.Log.AppendedUntil);
        Assert.Equal(1, Resend(All).Sent);
    }

    [Fact]
    public void DryRun_TellsTheSameAsTheRunThatFollows_WhenOneIsNamedTwice()
    {
        Bury("one", level: 0);
        ResendDeadLettersRequest twice = All with { MessageIds = ["U-one", List().DeadLetters[0].MessageId] };

        ResendReport planned = Resend(twice with { IsDryRun = true });
        ResendReport done = Resend(twice);

        Assert.Equal(["WOULD_SEND", "BEING_SENT"], planned.Letters.Select(letter => letter.Outcome));
        Assert.Equal(["SENT", "BEING_SENT"], done.Letters.Select(letter => letter.Outcome));
        Assert.Equal((1, 1, 0), (planned.Sent, planned.BeingSent, planned.AlreadySent));
        Assert.Equal((1, 1, 0), (done.Sent, done.BeingSent, done.AlreadySent));
    }

    [Fact]
    public void Resend_SendsThoseThatAreNamed_AndSaysWhichItDoesNotKnow()
    {
        Bury("one", level: 0);
        Bury("two", level: 0);
        string second = List().DeadLetters[1].MessageId;

        ResendReport report = Resend(All with { MessageIds = [second, "U-one", "unheard of"] });

        Assert.Equal((2, 1, 3), (report.Sent, report.Refused, report.Examined));
        Assert.Equal(["two", "one"], _broker.BodiesOf(RetryTopic));
        Assert.Equal("NOT_FOUND", report.Letters[2].Outcome);
    }

    [Fact]
    public void Resend_GoesOnWhereItStopped_AndDoesNotFollowWhatFailsAgain()
    {
        for (int number = 0; number < 5; number++)
            Bury($"{number}", level: 0);

        ResendReport first = Resend(All with { MaxCount = 3 });
        ReceivedRecord copy = _broker.Pull(RetryTopic).Records[0];
        _broker.Time.Advance(TimeSpan.FromSeconds(1));
        _broker.SendBack(copy, maxTimes: 0);
        ResendReport rest = Resend(All with { Cursor = first.Next });

        Assert.Equal((3, 2), (first.Sent, rest.Sent));
        Assert.Null(rest.Next);
        Assert.Equal(["0", "1", "2", "3", "4"], _broker.BodiesOf(RetryTopic));
        Assert.Equal(6, _broker.Pull(DeadLetterTopic).Records.Length);

        // A run from the beginning takes the one that failed again, and only that one.
        ResendReport again = Resend(All);
        Assert.Equal((1, 5), (again.Sent, again.AlreadySent));
        Assert.Equal(["0", "1", "2", "3", "4", "0"], _broker.BodiesOf(RetryTopic));
    }

    [Fact]
    public void Resend_IsRefusedForOne_WhenItsTopicIsGone()
    {
        Bury("one", level: 0);
        _broker.Node.DeleteTopic("Orders");

        ResendReport report = Resend(All with { ToTopic = true });

        Assert.Equal((0, 1), (report.Sent, report.Refused));
        Assert.Contains("'Orders'", report.Letters[0].Problem, StringComparison.Ordinal);
        Assert.Equal(1, Resend(All).Sent);
    }

    [Fact]
    public void Resend_IsRefused_WhileTheBrokerIsDrained()
    {
        Bury("one", level: 0);
        _broker.Node.Sender.IsDraining = true;

        (ResendReport? report, SendResult refusal) = _broker.Node.DeadLetterSender.Send(All);
        Assert.Null(report);
        Assert.Equal(ResponseCode.ServiceNotAvailable, refusal.Code);
        Assert.NotNull(_broker.Node.DeadLetterSender.Send(All with { IsDryRun = true }).Report);
    }

    [Fact]
    public void SentMessage_DoesNotPassForAResentDeadLetter_WhenAnApplicationForwardsTheProperty()
    {
        Bury("one", level: 0);
        long letter = Assert.Single(_broker.Pull(DeadLetterTopic).Records).PhysicalOffset;
        _broker.Send("Orders", "forwarded", properties: $"DLQ_FROM\u0001{letter}\u0002");
        _broker.Send("Orders", "forwarded later", properties: $"DLQ_FROM\u0001{letter}\u0002DELAY\u00011\u0002");
        _broker.Deliver(TimeSpan.FromSeconds(2));

        Assert.Equal(1, Resend(All).Sent);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Resend_IsRemembered_AcrossAStopOrAKill(bool isKilled, bool losesSnapshot)
    {
        for (int number = 0; number < 4; number++)
            Bury($"{number}", level: 0);
        ResendReport first = Resend(All with { MaxCount = 2 });
        _broker.Time.Advance(TimeSpan.FromSeconds(5));
        _broker.Step("omq-checkpoint");

        if (isKilled)
            _broker.Crash();
        else
            _broker.Reopen(() => { });
        if (losesSnapshot)
            _broker.LoseSnapshot(ResentSnapshot.Name);

        ResendReport rest = Resend(All with { Cursor = first.Next });
        Assert.Equal((2, 0), (rest.Sent, rest.AlreadySent));
        ResendReport again = Resend(All);
        Assert.Equal((0, 4), (again.Sent, again.AlreadySent));
        Assert.Equal(["0", "1", "2", "3"], _broker.BodiesOf(RetryTopic));
    }

    [Fact]
    public void Resend_IsRemembered_WhenTheBrokerIsKilledBeforeTheCopyIsDispatched()
    {
        Bury("one", level: 0);
        _broker.Node.Topics.FindOrCreateRetry("consumers", 1);
        Assert.Equal(1, _broker.Node.DeadLetterSender.Send(All).Report!.Sent);
        _broker.Crash();

        ResendReport again = Resend(All);
        Assert.Equal((0, 1), (again.Sent, again.AlreadySent));
        Assert.Single(_broker.BodiesOf(RetryTopic));
    }

    public void Dispose() => _broker.Dispose();

    private DeadLetterList List() => _broker.Node.DeadLetters.List(
        new ListDeadLettersRequest("consumers", null, 0, long.MaxValue, 50, null), out _)!;

    private ResendReport Resend(ResendDeadLettersRequest request)
    {
        (ResendReport? report, SendResult last) = _broker.Node.DeadLetterSender.Send(request);
        if (last.Missing is not null)
        {
            Assert.Null(last.Missing.ProvideAsync(_broker.Node.ControlPlane).AsTask().GetAwaiter().GetResult());
            report = _broker.Node.DeadLetterSender.Send(request).Report;
        }

        _broker.Node.Pump();
        return report!;
    }

    private void Bury(string body, int level, string topic = "Orders")
    {
        SendResult sent = _broker.Send(topic, body, properties: $"UNIQ_KEY\u0001U-{body}\u0002");
        ReceivedRecord original = _broker.Pull(topic, sent.QueueId, sent.Append.QueueOffset).Records[0];
        Assert.Equal(ResponseCode.Success, _broker.SendBack(original, maxTimes: 0, level: level).Code);
    }
}
