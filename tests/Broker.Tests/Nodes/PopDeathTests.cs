using OrleansMq.Broker.ConsumerGroups;
using OrleansMq.Broker.Popping;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>Popped messages and a broker that dies: what was acknowledged stays so, all else comes again.</summary>
public sealed class PopDeathTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly TestBroker _broker = new();

    /// <summary>How the broker ends.</summary>
    public enum Death
    {
        Stop,
        Kill,
        KillAfterACheckpoint,
        KillWithoutSnapshot,
    }

    [Theory]
    [InlineData(Death.Stop)]
    [InlineData(Death.Kill)]
    [InlineData(Death.KillAfterACheckpoint)]
    [InlineData(Death.KillWithoutSnapshot)]
    public void State_IsTheSame_AfterAnyDeathAtAnyStep(Death death)
    {
        Send(4);
        Die(death);
        TestPop.Popped[] popped = _broker.Pop().Messages;
        Die(death);
        Assert.Empty(_broker.PopBodies());
        _broker.Ack(popped[1]).AssertStored();
        Die(death);
        _broker.Change(popped[2], 3 * Minute).AssertStored();
        Die(death);
        _broker.Time.Advance(Minute);
        (_, TestPop.Popped[] again) = _broker.Pop();
        Die(death);
        Assert.Equal(["0", "3"], again.Select(message => message.Record.Body));
        Assert.All(again, message => Assert.Equal(1, message.Record.ReconsumeTimes));
        _broker.Ack(again).AssertStored();
        _broker.Time.Advance(2 * Minute);
        Die(death);
        TestPop.Popped last = Assert.Single(_broker.Pop().Messages);
        Assert.Equal(("2", 1), (last.Record.Body, last.Record.ReconsumeTimes));
        _broker.Ack(popped[2]).AssertStored();
        Die(death);
        _broker.Time.Advance(10 * Minute);
        Assert.Empty(_broker.PopBodies());
        Assert.Equal((0, 4L), (_broker.Node.Pops.InFlight, Committed()));
    }

    [Theory]
    [InlineData(Death.Stop)]
    [InlineData(Death.Kill)]
    [InlineData(Death.KillAfterACheckpoint)]
    [InlineData(Death.KillWithoutSnapshot)]
    public void Message_BecomesADeadLetterOnce_AfterItsLastTry(Death death)
    {
        Send(1);
        _broker.Node.Groups.Put(new SubscriptionGroupConfig { Name = "consumers", RetryMaxTimes = 2 });
        for (int attempt = 0; attempt <= 2; attempt++)
        {
            Assert.Equal(attempt, Assert.Single(_broker.Pop().Messages).Record.ReconsumeTimes);
            _broker.Time.Advance(Minute);
            Die(death);
        }

        for (int round = 0; round < 3; round++)
        {
            Assert.Empty(_broker.Pop().Messages);
            Die(death);
            ReceivedRecord letter = Assert.Single(_broker.Pull("%DLQ%consumers").Records);
            Assert.Equal(("0", 3), (letter.Body, letter.ReconsumeTimes));
            Assert.Equal("Orders", letter.Property("DLQ_ORIGIN_TOPIC"));
            Assert.Equal(
                ("ATTEMPTS_USED_UP", "3"), (letter.Property("DLQ_REASON"), letter.Property("DLQ_ATTEMPTS")));
            Assert.Equal("0 0 Orders", letter.Property("POP_FROM"));
            _broker.Time.Advance(Minute);
        }

        Assert.Equal((0, 1L), (_broker.Node.Pops.InFlight, Committed()));
    }

    [Fact]
    public void DeadLetter_EndsItsMessage_WhenTheBrokerIsKilledBehindIt()
    {
        Send(1);
        _broker.Node.Groups.Put(new SubscriptionGroupConfig { Name = "consumers", RetryMaxTimes = 0 });
        _broker.Pop();
        _broker.Time.Advance(Minute);
        _broker.Node.Topics.FindOrCreateDeadLetter("consumers");

        // The pop stores the dead letter and is killed before anything of it is dispatched.
        using var body = new OutputBuffer();
        _broker.Node.Popper.Pop(
            new() { ConsumerGroup = "consumers", Topic = "Orders", InvisibleMilliseconds = 60_000 },
            "client-1", body);
        _broker.Crash();

        Assert.Equal(0, _broker.Node.Pops.InFlight);
        Assert.Empty(_broker.PopBodies());
        Assert.Single(_broker.Pull("%DLQ%consumers").Records);
    }

    [Fact]
    public void Snapshot_KnowsNoRecordThatIsNotOnDisk()
    {
        Send(2);
        Assert.Single(_broker.Pop(max: 1).Messages);
        _broker.Step("omq-flush");
        long flushed = _broker.Node.Store.Log.FlushedUntil;
        Assert.Equal(flushed, _broker.Node.Store.Dispatcher.DispatchedUntil);

        // The second pop stores a record that is not dispatched.
        using var body = new OutputBuffer();
        Assert.Single(_broker.Node.Popper.Pop(
            new() { ConsumerGroup = "consumers", Topic = "Orders", InvisibleMilliseconds = 60_000 },
            "client-1", body).Messages);
        _broker.Time.Advance(TimeSpan.FromSeconds(3));
        _broker.Step("omq-checkpoint");

        byte[] file = File.ReadAllBytes(Path.Combine(_broker.Store.Directory, "config", PopSnapshot.Name));
        Assert.True(PopSnapshot.TryDecode(file, out IReadOnlyList<SavedPopQueue>? saved, out string? problem), problem);
        Assert.InRange(
            saved.Max(queue => queue.AppliedUntil), flushed + 1, _broker.Node.Store.Log.FlushedUntil);
    }

    [Fact]
    public void State_IsCutAtTheEndOfTheQueue_WhenTheLogIsTakenAway()
    {
        Send(3);
        Assert.Equal(3, _broker.Pop().Messages.Length);
        _broker.Time.Advance(TimeSpan.FromSeconds(3));
        string root = _broker.Store.Directory;
        string config = Path.Combine(root, "config");
        _broker.Reopen(() =>
        {
            foreach (string path in Directory.GetFileSystemEntries(root).Except([config]))
            {
                if (Directory.Exists(path))
                    Directory.Delete(path, recursive: true);
                else
                    File.Delete(path);
            }
        });

        Assert.Equal(0, _broker.Node.Pops.InFlight);
        Assert.Contains(
            _broker.Logger.Messages,
            message => message.Contains("had committed 3 of Orders/0, which ends at 0", StringComparison.Ordinal));
        Send(1);
        Assert.Equal(["0"], _broker.PopBodies());
    }

    public void Dispose() => _broker.Dispose();

    private void Die(Death death)
    {
        if (death == Death.Stop)
        {
            _broker.Reopen();
            return;
        }

        if (death == Death.KillAfterACheckpoint)
        {
            _broker.Time.Advance(TimeSpan.FromSeconds(3));
            _broker.Step("omq-checkpoint");
            _broker.Time.Advance(TimeSpan.FromSeconds(-3));
        }

        _broker.Crash();
        if (death == Death.KillWithoutSnapshot)
            _broker.LoseSnapshot(PopSnapshot.Name);
    }

    private void Send(int count)
    {
        for (int index = 0; index < count; index++)
            Assert.True(_broker.Send("Orders", $"{index}").IsStored);
    }

    private long? Committed() => _broker.Node.Groups.Find("consumers")!.QueryOffset("Orders", 0);
}
