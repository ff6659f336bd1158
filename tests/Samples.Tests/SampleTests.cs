using System.Net;
using System.Net.Http.Json;
using OrleansMq.Sdk.Tests;

namespace OrleansMq.Samples.Tests;

/// <summary>Every sample does what it says, against a broker of its own.</summary>
public sealed class SampleTests : IAsyncLifetime
{
    private readonly SdkBroker _broker = SdkBroker.Start();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Fact]
    public async Task Hello_ReceivesWhatItSends()
    {
        string said = await SampleProcess.RunAsync("Hello", _broker.Address);

        Assert.Contains("received Hello, broker", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OrderedOrders_KeepsTheStepsOfEachOrderInOrder()
    {
        string said = await SampleProcess.RunAsync("OrderedOrders", _broker.Address);

        for (int order = 1; order <= 3; order++)
            Assert.Contains($"order-{order}: created, paid, packed, shipped\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DelayedReminder_ComesInTime_AndNotTheOneThatWasCalledBack()
    {
        string said = await SampleProcess.RunAsync("DelayedReminder", _broker.Address);

        Assert.Contains("reminded: call the customer\nin time\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeadLetterResend_HandlesTheMessageAfterTheRepair()
    {
        string said = await SampleProcess.RunAsync("DeadLetterResend", _broker.Address);

        Assert.Contains(
            "dead letter of Invoices: there is no price list for 2026\nsent again: SENT\nhandled\n", said,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebOrders_ShipsAnOrderThatIsPosted_AndIsHealthy()
    {
        await using SampleProcess sample = SampleProcess.Start(
            "WebOrders", "--urls", "http://127.0.0.1:0", $"--OrleansMq:Client:Servers={_broker.Address}");
        string line = await sample.LineWithAsync("Now listening on: ");
        using var web = new HttpClient { BaseAddress = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..].Trim()) };

        using HttpResponseMessage accepted = await web.PostAsJsonAsync("orders", new { Id = 7, Customer = "Ada" });
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Contains("Ada", await ShippedAsync(web, accepted.Headers.Location!), StringComparison.Ordinal);
        Assert.Equal("Healthy", await web.GetStringAsync(new Uri("health", UriKind.Relative)));
    }

    private static async Task<string> ShippedAsync(HttpClient web, Uri order)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            using HttpResponseMessage answer = await web.GetAsync(order, patience.Token);
            if (answer.StatusCode == HttpStatusCode.OK)
                return await answer.Content.ReadAsStringAsync(patience.Token);
        }
    }
}
