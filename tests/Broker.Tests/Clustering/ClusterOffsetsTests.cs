using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.ConsumerGroups;

namespace OrleansMq.Broker.Tests.Clustering;

public sealed class ClusterOffsetsTests
{
    private readonly ClusterOffsets _offsets = new(new BrokerOptions { MaxCommittedQueuesPerGroup = 2 });

    [Fact]
    public void Report_TakesOverWhatTheOwnerSays_ForthAndBack()
    {
        Assert.True(_offsets.Report("a", Progress(("Orders", 0, 9))));
        Assert.True(_offsets.Report("a", Progress(("Orders", 0, 4))));
        Assert.False(_offsets.Report("a", Progress(("Orders", 0, 4))));
        Assert.Equal((4, null), (_offsets.Query("a", "Orders", 0), _offsets.Query("b", "Orders", 0)));
    }

    [Fact]
    public void Attach_GivesTheHigherOffsetOfBoth()
    {
        _offsets.Report("a", Progress(("Orders", 0, 9), ("Orders", 1, 3)));
        IReadOnlyList<QueueProgress> merged = _offsets.Attach("a", Progress(("Orders", 0, 5), ("Orders", 1, 6)));
        Assert.Equal([new QueueProgress("Orders", 0, 9), new QueueProgress("Orders", 1, 6)], merged);
        Assert.Equal(merged, _offsets.OfBroker("a"));
        Assert.Empty(_offsets.OfBroker("b"));
    }

    /// <summary>The broker was killed after a reset had been answered and before it was reported, or the other way round.</summary>
    [Fact]
    public void Attach_GivesTheOffsetThatWasResetMoreOften_WhateverItsHeight()
    {
        _offsets.Report("a", Progress(("Orders", 0, 9)));
        Assert.Equal([new QueueProgress("Orders", 0, 2, 1)], _offsets.Attach("a", Reset("Orders", 0, 2, 1)));
        Assert.Equal([new QueueProgress("Orders", 0, 2, 1)], _offsets.Attach("a", Progress(("Orders", 0, 9))));
        Assert.Equal([new QueueProgress("Orders", 0, 4, 1)], _offsets.Attach("a", Reset("Orders", 0, 4, 1)));
    }

    [Fact]
    public void Report_FromBeforeAReset_ChangesNothing()
    {
        _offsets.Report("a", Reset("Orders", 0, 2, 1));
        Assert.False(_offsets.Report("a", Progress(("Orders", 0, 9))));
        Assert.True(_offsets.Report("a", Reset("Orders", 0, 3, 1)));
        Assert.Equal(3, _offsets.Query("a", "Orders", 0));
    }

    /// <summary>An offline group may be set back by a plain commit, which counts as a reset.</summary>
    [Fact]
    public void Commit_ThatGoesBack_IsTheNewerOne()
    {
        var offsets = new CommittedOffsets(new BrokerOptions());
        offsets.Commit("Orders", 0, 9, mayGoBack: true);
        _offsets.Report("a", offsets.TakeChanges());
        offsets.Commit("Orders", 0, 4, mayGoBack: true);
        Assert.Equal([new QueueProgress("Orders", 0, 4, 1)], _offsets.Attach("a", offsets.TakeChanges()));
    }

    [Fact]
    public void RemovedTopics_AreForgottenBeforeAnythingElse()
    {
        _offsets.Report("a", Progress(("Orders", 0, 9)));
        _offsets.Report("b", Progress(("Orders", 0, 9)));
        _offsets.Report("a", new OffsetChanges(["Orders"], [new QueueProgress("Orders", 0, 1)]));
        Assert.Equal((1, 9), (_offsets.Query("a", "Orders", 0), _offsets.Query("b", "Orders", 0)));
        Assert.Empty(_offsets.Attach("b", new OffsetChanges(["Orders"], [])));
    }

    [Fact]
    public void Queues_AreLimited()
    {
        _offsets.Report("a", Progress(("Orders", 0, 1), ("Orders", 1, 1), ("Orders", 2, 1)));
        Assert.Equal(2, _offsets.OfBroker("a").Count);
    }

    [Fact]
    public void TakeChanges_GivesEachQueueOnce_AndAgainWhatWasGivenBack()
    {
        var offsets = new CommittedOffsets(new BrokerOptions());
        offsets.Commit("Orders", 0, 1, mayGoBack: false);
        offsets.Commit("Orders", 0, 2, mayGoBack: false);
        offsets.Commit("Bills", 3, 4, mayGoBack: false);
        OffsetChanges changes = offsets.TakeChanges();
        Assert.Equal([new("Bills", 3, 4), new QueueProgress("Orders", 0, 2)], changes.Progress.OrderBy(queue => queue.Topic));
        Assert.True(offsets.TakeChanges().IsEmpty);

        offsets.Commit("Orders", 0, 5, mayGoBack: false);
        offsets.GiveBack(changes);
        offsets.RemoveTopic("Bills");
        changes = offsets.TakeChanges();
        Assert.Equal([new QueueProgress("Orders", 0, 5)], changes.Progress);
        Assert.Equal(["Bills"], changes.RemovedTopics);
        offsets.GiveBack(changes);
        Assert.Equal(["Bills"], offsets.TakeChanges().RemovedTopics);
    }

    private static OffsetChanges Reset(string topic, int queueId, long offset, long resets) =>
        new([], [new QueueProgress(topic, queueId, offset, resets)]);

    private static OffsetChanges Progress(params (string Topic, int QueueId, long Offset)[] queues) =>
        new([], [.. queues.Select(queue => new QueueProgress(queue.Topic, queue.QueueId, queue.Offset))]);
}
