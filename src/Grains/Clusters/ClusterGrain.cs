using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using OrleansMq.Broker.Clustering;
using OrleansMq.Grains.Brokers;
using OrleansMq.Grains.Diagnostics;
using OrleansMq.Grains.Storage;

namespace OrleansMq.Grains.Clusters;

/// <summary>
/// The shell around <see cref="ClusterDirectory"/>. Changes that come while one is being written are written together
/// by the next write; each is shown to the brokers once it is in the database.
/// </summary>
[Reentrant]
internal sealed class ClusterGrain(
    [PersistentState("cluster", StateStorage.Name)] IPersistentState<ClusterDirectory> state,
    LocalBroker broker, SiloLiveness liveness, ILogger<ClusterGrain> logger) : Grain, IClusterGrain
{
    private readonly List<Change> _waiting = [];
    private ClusterDirectory _directory = new();
    private bool _isWriting;

    /// <summary>Changes a directory; the text is why it does not.</summary>
    private delegate ClusterDirectory Decision(ClusterDirectory directory, out string? problem);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _directory = state.State;
        return Task.CompletedTask;
    }

    public async Task<string?> Register(BrokerRegistration broker)
    {
        Announcement done = await ChangeAsync(
            (ClusterDirectory directory, out string? problem) =>
                directory.Register(broker, liveness.IsAlive, out problem));
        return done.Problem;
    }

    public Task Release(string brokerName, string silo) => ChangeAsync(
        (ClusterDirectory directory, out string? problem) =>
        {
            problem = null;
            return directory.Release(brokerName, silo);
        });

    public async Task<string?> SetWritable(string brokerName, bool isWritable)
    {
        Announcement done = await ChangeAsync(
            (ClusterDirectory directory, out string? problem) =>
                directory.SetWritable(brokerName, isWritable, out problem));
        return done.Problem;
    }

    public async Task<string?> SetKeyValue(string space, string key, string? value)
    {
        Announcement done = await ChangeAsync(
            (ClusterDirectory directory, out string? problem) =>
                directory.SetKeyValue(space, key, value, broker.Settings.Broker.KeyValues, out problem));
        return done.Problem;
    }

    public Task<Announcement> AnnounceTopic(TopicEntry topic) => ChangeAsync(
        (ClusterDirectory directory, out string? problem) =>
            directory.Announce(topic, broker.Settings.Broker, out problem));

    public Task<Announcement> AnnounceGroup(GroupEntry group) => ChangeAsync(
        (ClusterDirectory directory, out string? problem) =>
            directory.Announce(group, broker.Settings.Broker, out problem));

    public Task<string[]> GetBrokerNames() => Task.FromResult(_directory.Brokers.Keys.ToArray());

    public Task<DirectoryChanges> ChangesSince(long version) => Task.FromResult(_directory.ChangesSince(version));

    private Task<Announcement> ChangeAsync(Decision decide)
    {
        var change = new Change(decide);
        _waiting.Add(change);
        if (!_isWriting)
            _ = WriteAllAsync();
        return change.Done.Task;
    }

    private async Task WriteAllAsync()
    {
        _isWriting = true;
        while (_waiting.Count > 0)
        {
            Change[] changes = [.. _waiting];
            _waiting.Clear();
            await WriteAsync(changes);
        }

        _isWriting = false;
    }

    private async Task WriteAsync(Change[] changes)
    {
        ClusterDirectory before = _directory;
        ClusterDirectory after = before;
        foreach (Change change in changes)
        {
            after = change.Decide(after, out string? problem);
            change.Problem = problem;
        }

        try
        {
            if (after != before)
                await state.ReplaceAsync(this, after);
        }
#pragma warning disable CA1031 // Whatever went wrong with the database, everyone who waits for this write is told.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            foreach (Change change in changes)
                change.Done.SetException(cause);
            return;
        }

        _directory = after;
        foreach (Change change in changes)
            change.Done.SetResult(new Announcement(change.Problem, after.Version));
        if (after != before)
            Show(after, before.Version);
    }

    /// <summary>Brokers that miss this ask for it themselves, so that nobody waits for them.</summary>
    private void Show(ClusterDirectory directory, long since)
    {
        DirectoryChanges changes = directory.ChangesSince(since);
        foreach (BrokerRegistration known in directory.Brokers.Values.Where(known => liveness.IsAlive(known.Silo)))
            GrainFactory.GetGrain<IBrokerGrain>(known.Name).Follow(changes).LogFailure(logger, known.Name);
    }

    private sealed class Change(Decision decide)
    {
        public Decision Decide { get; } = decide;

        public string? Problem { get; set; }

        public TaskCompletionSource<Announcement> Done { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
