using OrleansMq.Broker.Producers;
using OrleansMq.Broker.Sending;
using OrleansMq.Broker.Transactions;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Storage;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Transactions that meet each other, full disks, failed disks and lost files.</summary>
public sealed class TransactionFailureTests : IDisposable
{
    private const string Half = "TRAN_MSG\u0001true\u0002PGROUP\u0001payers\u0002UNIQ_KEY\u0001ABC\u0002";

    private readonly TestBroker _broker = new(options => options.Transactions.MaxChecks = 2);

    /// <summary>What is appended to the log on behalf of a transaction.</summary>
    public enum Step
    {
        Prepare,
        Check,
        Park,
        Commit,
        Rollback,
        Resume,
    }

    public static TheoryData<Step> Steps => [.. Enum.GetValues<Step>()];

    private HalfMessages Transactions => _broker.Node.Transactions;

    [Fact]
    public void Transaction_EndsOneWay_WhenManySayBothAtOnce()
    {
        for (int round = 0; round < 200; round++)
        {
            SendResult half = Prepare($"{round}");
            SendResult[] results = new SendResult[8];
            Parallel.For(0, results.Length, index => results[index] = End(
                half, index % 2 == 0 ? TransactionOutcome.Committed : TransactionOutcome.RolledBack));
            _broker.Node.Pump();

            int committed = Bodies().Count(body => body == $"{round}");
            Assert.Equal(committed == 1, results.Where((_, index) => index % 2 == 0).All(result => result.IsStored));
            Assert.Equal(committed == 0, results.Where((_, index) => index % 2 == 1).All(result => result.IsStored));
            Assert.Equal(4, results.Count(result => result.IsStored));
        }

        Assert.Equal(0, Transactions.Count);
    }

    [Fact]
    public void SecondCommit_IsAsDurableAsTheFirst_WhileThatIsNotOnDisk()
    {
        _broker.Store.FlushMode = FlushMode.Sync;
        _broker.Reopen();
        SendResult half = Prepare("paid");
        _broker.Step("omq-flush");
        _broker.Node.Pump();
        SendResult first = End(half, TransactionOutcome.Committed);
        Assert.True(first.MustAwaitFlush);

        SendResult second = End(half, TransactionOutcome.Committed);
        Assert.Equal((true, first.Append.EndOffset), (second.MustAwaitFlush, second.Append.EndOffset));
        Assert.Equal(ResponseCode.SystemError, End(half, TransactionOutcome.RolledBack).Code);

        _broker.Step("omq-flush");
        _broker.Node.Pump();
        Assert.False(End(half, TransactionOutcome.Committed).MustAwaitFlush);
        Assert.Equal(["paid"], Bodies());
    }

    [Fact]
    public void SecondCommit_IsInDoubtLikeTheFirst_WhenTheDiskFailed()
    {
        SendResult half = Prepare("paid");
        End(half, TransactionOutcome.Committed);
        _broker.FailDisk();
        Assert.Equal(ResponseCode.ServiceNotAvailable, End(half, TransactionOutcome.Committed).Code);
    }

    [Theory]
    [InlineData(TransactionOutcome.Committed, 1)]
    [InlineData(TransactionOutcome.RolledBack, 0)]
    public void Nobody_IsAskedOrParkedOrResumed_WhileTheEndIsBeingStored(TransactionOutcome outcome, int messages)
    {
        SendResult half = Prepare("paid");
        End(half, outcome);
        Join();
        Check(TimeSpan.FromSeconds(30));
        Check(TimeSpan.FromHours(25));
        Assert.Empty(_broker.Channels.Questions);

        _broker.Node.Pump();
        SendResult parked = Prepare("parked");
        Check(TimeSpan.FromHours(25));
        End(parked, outcome);
        Assert.Equal(ResponseCode.SystemError, Transactions.Resume(parked.Append.PhysicalOffset).Code);
        _broker.Node.Pump();
        Assert.Equal((0, 2 * messages), (Transactions.Count, Bodies().Length));
        Assert.Single(_broker.Pull("TRANS_CHECK_MAX_TIME_TOPIC").Records);
    }

    /// <summary>Nothing is dispatched before it is on disk, so that the log does not show the checks for a while.</summary>
    [Fact]
    public void ChecksCount_AndParkingIsDoneOnce_WhileTheDiskIsSlow()
    {
        _broker.Store.FlushMode = FlushMode.Sync;
        _broker.Reopen();
        Prepare("unknown");
        _broker.Step("omq-flush");
        _broker.Node.Pump();
        for (int round = 0; round < 6; round++)
        {
            Join();
            Check(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(2, _broker.Channels.Questions.Count);
        _broker.Step("omq-flush");
        _broker.Node.Pump();
        Assert.Equal((TransactionState.Parked, 2), StateOf(Assert.Single(Transactions.List())));
        Assert.Single(_broker.Pull("TRANS_CHECK_MAX_TIME_TOPIC").Records);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Step_IsTakenOnce_AfterAFullDiskHadNoSpaceForIt(Step step)
    {
        SendResult half = Begin(step);
        HalfMessage[] before = [.. Transactions.List()];
        _broker.FillDisk(true);

        Assert.Equal(Refusal(step, ResponseCode.SystemBusy), Take(step, ref half));
        Assert.Equal(Refusal(step, ResponseCode.SystemBusy), Take(step, ref half));
        Assert.Equal(before.Select(StateOf), Transactions.List().Select(StateOf));
        Assert.Empty(_broker.Channels.Questions);

        _broker.FillDisk(false);
        Assert.Equal(ResponseCode.Success, Take(step, ref half));
        AssertTaken(step);
        _broker.Crash();
        AssertTaken(step);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Step_IsTakenOnce_AfterADiskFailedBeneathIt(Step step)
    {
        SendResult half = Begin(step);
        _broker.FailDisk();

        Assert.Equal(Refusal(step, ResponseCode.ServiceNotAvailable), Take(step, ref half));
        Assert.Empty(_broker.Channels.Questions);

        _broker.Crash();
        Assert.Equal(ResponseCode.Success, Take(step, ref half));
        AssertTaken(step);
        _broker.Reopen();
        AssertTaken(step);
    }

    /// <summary>One that is not parked keeps its file; for a parked one retention is the time to decide.</summary>
    [Fact]
    public void ParkedTransaction_IsOver_WhenTheLogNoLongerKeepsItsHalfMessage()
    {
        Prepare("old");
        Check(TimeSpan.FromHours(25));
        for (int sent = 0; sent < 30; sent++)
            _broker.Send("Others", new string('x', 20_000));
        _broker.Time.Advance(_broker.Store.Retention + TimeSpan.FromHours(1));
        Flush();
        for (int step = 0; step < 50; step++)
            _broker.Step("omq-clean");
        Assert.True(_broker.Node.Store.Log.MinOffset > 0);

        _broker.Step("omq-transactions");

        Assert.Equal(0, Transactions.Count);
        _broker.Reopen();
        Assert.Equal(0, Transactions.Count);
    }

    /// <summary>Somebody gave up the end of the log, but the snapshot is whole.</summary>
    [Fact]
    public void HalfMessage_InheritsNothing_WhenItTakesThePlaceOfOneThatWasLost()
    {
        _broker.Send("Orders", "first");
        SendResult lost = Prepare("lost");
        Check(TimeSpan.FromHours(25));
        Assert.Equal(TransactionState.Parked, Assert.Single(Transactions.List()).State);
        _broker.Reopen(() => CutLogAt(lost.Append.PhysicalOffset));
        Assert.Equal(0, Transactions.Count);

        SendResult anew = Prepare("anew");
        Assert.Equal(lost.Append.PhysicalOffset, anew.Append.PhysicalOffset);
        Assert.Equal(TransactionState.Prepared, Assert.Single(Transactions.List()).State);
        Join();
        Check(TimeSpan.FromSeconds(6));
        Assert.Equal(1, Assert.Single(Transactions.List()).Checks);
        Assert.Equal(ResponseCode.Success, End(anew, TransactionOutcome.Committed).Code);
        _broker.Node.Pump();
        Assert.Equal(["first", "anew"], Bodies());
    }

    /// <summary>The end of one that was lost with the log's end is not remembered either.</summary>
    [Fact]
    public void Transaction_IsOpenAgain_WhenItsEndWasLostWithTheEndOfTheLog()
    {
        SendResult half = Prepare("paid");
        SendResult end = End(half, TransactionOutcome.RolledBack);
        _broker.Node.Pump();
        _broker.Reopen(() => CutLogAt(end.Append.PhysicalOffset));

        Assert.Equal(TransactionState.Prepared, Assert.Single(Transactions.List()).State);
        Assert.Equal(ResponseCode.Success, End(half, TransactionOutcome.Committed).Code);
        _broker.Node.Pump();
        Assert.Equal(["paid"], Bodies());
    }

    /// <summary>A broker whose indexes wait for space does not know yet what is open.</summary>
    [Fact]
    public void End_IsRefused_UntilTheLogWasReadToItsEnd()
    {
        SendResult half = Prepare("paid");
        Flush();
        _broker.Reopen(() =>
        {
            Directory.Delete(Path.Combine(_broker.Store.Directory, "consumequeue"), recursive: true);
            Directory.Delete(Path.Combine(_broker.Store.Directory, "config"), recursive: true);
            string checkpoint = Path.Combine(_broker.Store.Directory, "checkpoint");
            File.WriteAllBytes(checkpoint, new byte[new FileInfo(checkpoint).Length]);
            _broker.Files.IsFull = true;
        });
        Assert.Equal(0, Transactions.Count);
        Assert.Equal(ResponseCode.SystemBusy, End(half, TransactionOutcome.RolledBack).Code);

        _broker.FillDisk(false);
        Assert.Equal(1, Transactions.Count);
        Assert.Equal(ResponseCode.Success, End(half, TransactionOutcome.RolledBack).Code);
    }

    public void Dispose() => _broker.Dispose();

    /// <summary>Brings a transaction so far that a step is next.</summary>
    private SendResult Begin(Step step)
    {
        _broker.Send("Orders", "creates the topic");
        if (step == Step.Prepare)
            return default;

        SendResult half = Prepare("paid");
        if (step == Step.Resume)
            Check(TimeSpan.FromHours(25));
        return half;
    }

    /// <summary>Background steps answer nobody: they are put off.</summary>
    private static ResponseCode Refusal(Step step, ResponseCode code) =>
        step is Step.Check or Step.Park ? ResponseCode.Success : code;

    private ResponseCode Take(Step step, ref SendResult half)
    {
        switch (step)
        {
            case Step.Prepare:
                return Prepare("paid").Code;
            case Step.Check:
                Join();
                Check(TimeSpan.FromSeconds(30));
                return ResponseCode.Success;
            case Step.Park:
                Check(TimeSpan.FromHours(25));
                return ResponseCode.Success;
            case Step.Resume:
                SendResult resumed = Transactions.Resume(half.Append.PhysicalOffset);
                _broker.Node.Pump();
                return resumed.Code;
            default:
                SendResult end = End(
                    half, step == Step.Commit ? TransactionOutcome.Committed : TransactionOutcome.RolledBack);
                _broker.Node.Pump();
                return end.Code;
        }
    }

    private void AssertTaken(Step step)
    {
        Assert.Equal(step == Step.Commit ? 1 : 0, Bodies().Count(body => body == "paid"));
        (TransactionState State, int Checks)[] expected = step switch
        {
            Step.Prepare or Step.Resume => [(TransactionState.Prepared, 0)],
            Step.Check => [(TransactionState.Prepared, 1)],
            Step.Park => [(TransactionState.Parked, 0)],
            _ => [],
        };
        Assert.Equal(expected, Transactions.List().Select(StateOf));
    }

    private static (TransactionState State, int Checks) StateOf(HalfMessage half) => (half.State, half.Checks);

    private void Flush()
    {
        _broker.Step("omq-flush");
        _broker.Time.Advance(TimeSpan.FromMinutes(1));
        _broker.Step("omq-checkpoint");
    }

    /// <summary>The log of the first file ends at a position; what vouches for more is gone, as the broker advises.</summary>
    private void CutLogAt(long position)
    {
        string log = Directory.GetFiles(Path.Combine(_broker.Store.Directory, "commitlog")).Order().First();
        using (FileStream file = File.OpenWrite(log))
        {
            file.Position = position;
            file.Write(new byte[file.Length - position]);
        }

        File.Delete(Path.Combine(_broker.Store.Directory, "checkpoint"));
        File.WriteAllText(Path.Combine(_broker.Store.Directory, "abort"), "");
    }

    private string[] Bodies() =>
        [.. _broker.Pull("Orders", offset: Math.Max(0, _broker.Node.Topics.Find("Orders")!.Queue(0).MaxOffset - 32))
            .Records.Select(record => record.Body)];

    private SendResult Prepare(string body) =>
        _broker.Send("Orders", body, properties: Half, flags: SystemFlags.TransactionPrepared);

    private SendResult End(SendResult half, TransactionOutcome outcome) => Transactions.End(
        half.Append.PhysicalOffset, half.Append.QueueOffset, "payers", outcome);

    private void Join() => _broker.Node.Producers.Heartbeat(
        "payers", new ProducerMember { ClientId = "payer", ChannelId = 11 });

    private void Check(TimeSpan after)
    {
        _broker.Time.Advance(after);
        _broker.Step("omq-transactions");
    }
}
