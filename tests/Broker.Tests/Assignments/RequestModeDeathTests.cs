using OrleansMq.Broker.Assignments;
using OrleansMq.Broker.Tests.Nodes;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.Tests.Assignments;

/// <summary>What operators set lasts, whatever becomes of the broker's process.</summary>
public sealed class RequestModeDeathTests : IDisposable
{
    private static readonly RequestMode Pop = new(MessageRequestMode.Pop, 3);
    private readonly TestBroker _broker = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mode_IsKept_WhenTheBrokerStopsOrDies(bool dies)
    {
        Assert.Null(await SetPopAsync());

        Restart(dies);

        Assert.Equal(Pop, ModeOf("Orders"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mode_StaysForgotten_OnceItsTopicIsDeleted(bool dies)
    {
        _broker.Send("Orders", "a");
        Assert.Null(await SetPopAsync());
        Assert.Equal(Pop, ModeOf("Orders"));
        Assert.Null((await _broker.Node.ControlPlane.DeleteTopicAsync("Orders")).Problem);

        Restart(dies);

        Assert.Equal(RequestMode.Default, ModeOf("Orders"));
    }

    public void Dispose() => _broker.Dispose();

    /// <summary>The problem, if it is refused.</summary>
    private ValueTask<string?> SetPopAsync() => _broker.Node.ControlPlane.SetKeyValueAsync(
        RequestModes.Namespace, RequestModes.KeyOf("Orders", "consumers"), Pop.Text);

    private void Restart(bool dies)
    {
        if (dies)
            _broker.Crash();
        else
            _broker.Reopen();
    }

    private RequestMode ModeOf(string topic) =>
        RequestModes.Find(_broker.Node.ControlPlane.Routes.KeyValues, topic, "consumers");
}
