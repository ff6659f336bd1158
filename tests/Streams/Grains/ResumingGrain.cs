using Orleans.Streams;
using OrleansMq.Streams.Tests.TestCluster;

namespace OrleansMq.Streams.Tests.Grains;

/// <summary>Subscribes once to the stream of its key in the topic <c>Resuming</c>, and resumes whenever it comes to life.</summary>
public interface IResumingGrain : IGrainWithStringKey
{
    Task Subscribe();

    Task<SiloAddress> FindSilo();

    Task Deactivate();
}

internal sealed class ResumingGrain(ILocalSiloDetails silo) : Grain, IResumingGrain
{
    public const string Topic = "Resuming";

    private string Name => $"resuming-{this.GetPrimaryKeyString()}";

    private IAsyncStream<int> Stream =>
        this.GetStreamProvider("mq").GetStream<int>(StreamId.Create(Topic, this.GetPrimaryKeyString()));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Behaviors.ActivateAsync(Name);
        foreach (StreamSubscriptionHandle<int> handle in await Stream.GetAllSubscriptionHandles())
            await handle.ResumeAsync(OnNextAsync);
    }

    public Task Subscribe() => Stream.SubscribeAsync(OnNextAsync);

    public Task<SiloAddress> FindSilo() => Task.FromResult(silo.SiloAddress);

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private async Task OnNextAsync(int item, StreamSequenceToken? token)
    {
        await Behaviors.ActAsync(Name, item);
        Seen.Note(Name, item, token);
    }
}
