using OrleansMq.Broker.Popping;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Broker.Tests.Nodes;

/// <summary>What was deleted takes no place any more, in memory nor in the snapshot.</summary>
public sealed class PopForgetTests : IDisposable
{
    private readonly TestBroker _broker = new(options => options.Pops.MaxQueues = 1);

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void DeletedTopicOrGroup_MakesRoomForAnother(bool isTopic, bool crashes)
    {
        PopFirst();
        if (isTopic)
            _broker.Node.DeleteTopic("Orders");
        else
            _broker.Node.DeleteGroup("consumers");
        if (crashes)
            _broker.Crash();

        Assert.Equal("b", Assert.Single(_broker.Pop("Payments", "others").Messages).Record.Body);
        Assert.Equal(1, _broker.Node.Pops.InFlight);
    }

    [Fact]
    public void DeletedTopic_IsNotInTheSnapshot_AndDoesNotComeBackWithIt()
    {
        PopFirst();
        Checkpoint();
        Assert.Equal("Orders", Assert.Single(Saved()).Key.Topic);
        _broker.Node.DeleteTopic("Orders");
        _broker.Node.Pump();
        Checkpoint();
        Assert.Empty(Saved());

        _broker.Crash();
        Assert.Equal(0, _broker.Node.Pops.InFlight);
        Assert.Equal("b", Assert.Single(_broker.Pop("Payments", "others").Messages).Record.Body);
    }

    [Fact]
    public void QueueThatCouldNotBegin_TakesNoPlace()
    {
        Send("Orders", "a");
        Send("Payments", "b");
        _broker.Node.Groups.FindOrCreate("consumers");
        _broker.FillDisk(isFull: true);
        Assert.NotNull(_broker.Pop().Outcome.Problem);
        _broker.FillDisk(isFull: false);

        Assert.Equal("b", Assert.Single(_broker.Pop("Payments", "others").Messages).Record.Body);
    }

    [Fact]
    public async Task Pops_GoOn_WhileTheirGroupIsDeletedAgainAndAgain()
    {
        _broker.Node.Groups.FindOrCreate("consumers");
        Send("Orders", "a");
        using var stop = new CancellationTokenSource();
        Task deletions = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                _broker.Node.Pops.ForgetGroup("consumers");
        });
        for (int turn = 0; turn < 500; turn++)
            Assert.Contains(_broker.Pop().Outcome.Code, (ResponseCode[])[ResponseCode.Success, ResponseCode.PollingTimeout]);
        await stop.CancelAsync();
        await deletions;

        // All that was stored is about queues that are known: what is read back comes to the same.
        int inFlight = _broker.Node.Pops.InFlight;
        _broker.Crash();
        Assert.Equal(inFlight, _broker.Node.Pops.InFlight);
    }

    public void Dispose() => _broker.Dispose();

    private void PopFirst()
    {
        Send("Orders", "a");
        Send("Payments", "b");
        Assert.Single(_broker.Pop().Messages);
        Assert.Equal(ResponseCode.SystemBusy, _broker.Pop("Payments", "others").Outcome.Code);
    }

    private void Send(string topic, string body) => Assert.True(_broker.Send(topic, body).IsStored);

    private void Checkpoint()
    {
        _broker.Time.Advance(TimeSpan.FromSeconds(3));
        _broker.Step("omq-checkpoint");
    }

    private IReadOnlyList<SavedPopQueue> Saved()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(_broker.Store.Directory, "config", PopSnapshot.Name));
        Assert.True(PopSnapshot.TryDecode(file, out IReadOnlyList<SavedPopQueue>? saved, out string? problem), problem);
        return saved;
    }
}
