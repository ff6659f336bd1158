using Orleans.Streams;
using Orleans.Streams.Core;
using OrleansMq.Streams.Tests.TestCluster;

namespace OrleansMq.Streams.Tests.Grains;

/// <summary>Is given every stream of two topics without subscribing.</summary>
public interface IImplicitGrain : IGrainWithStringKey
{
    Task Deactivate();
}

[ImplicitStreamSubscription("Implicit")]
[ImplicitStreamSubscription("Foreign-Implicit")]
internal sealed class ImplicitGrain : Grain, IImplicitGrain, IStreamSubscriptionObserver
{
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<int>().ResumeAsync(OnNextAsync);

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private Task OnNextAsync(int item, StreamSequenceToken? token)
    {
        Seen.Note($"implicit-{this.GetPrimaryKeyString()}", item, token);
        return Task.CompletedTask;
    }
}
