using OrleansMq.BrokerProcesses;
using OrleansMq.Postgres;

namespace OrleansMq.ClusterInterop.Tests;

/// <summary>What an operator types, and what is said when it is wrong.</summary>
public sealed class SiloCommandTests
{
    [Fact]
    public async Task Silo_SaysWhichCommandMakesTheTables_AndStartsOnceItWasRun()
    {
        await using PostgresServer server = await PostgresServer.LaunchAsync();
        using var directory = new TemporaryDirectory();
        string connection = await server.CreateDatabaseAsync();
        (int exitCode, string log) = await BrokerProcess.RunToEndAsync(directory.Path, "--database", connection);
        Assert.Equal(1, exitCode);
        Assert.Contains("Apply them with: omq-silo database apply", log, StringComparison.Ordinal);

        (exitCode, log) = await BrokerProcess.RunCommandAsync("database", "apply", "--database", connection);
        Assert.Equal((0, true), (exitCode, log.Contains("are up to date in the PostgreSQL database", StringComparison.Ordinal)));
        await using BrokerProcess silo = await BrokerProcess.StartAsync(
            directory.Path, 0, "--database", connection, "--silo-port", $"{FreePorts.Find()}",
            "--gateway-port", $"{FreePorts.Find()}");
        Assert.Equal(0, await silo.StopAsync());
    }

    [Theory]
    [InlineData("OrleansMq:Silo:SiloPort is 70000; allowed is 1 to 65,535.", "--silo-port", "70000")]
    [InlineData("OrleansMq:Silo:Address is 'nowhere'; give an IP address.", "--silo-address", "nowhere")]
    [InlineData("The connection string is none of PostgreSql", "--database", "nonsense")]
    [InlineData("on 127.0.0.1:1 cannot be used", "--database", "Host=127.0.0.1;Port=1;Timeout=2")]
    [InlineData("OrleansMq:Cluster:DecisionTimeout is 00:00:00; allowed is 100 ms to 10 min.", "--OrleansMq:Cluster:DecisionTimeout", "00:00:00")]
    public async Task Silo_NamesTheSettingThatIsWrong(string expected, params string[] arguments)
    {
        using var directory = new TemporaryDirectory();
        (int exitCode, string log) = await BrokerProcess.RunToEndAsync(directory.Path, arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains(expected, log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_SaysThatItsPortIsTaken()
    {
        using var directory = new TemporaryDirectory();
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, FreePorts.Find());
        listener.Start();
        (int exitCode, string log) = await BrokerProcess.RunCommandAsync(
            "--data", directory.Path, "--port", $"{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}",
            "--silo-port", $"{FreePorts.Find()}", "--gateway-port", $"{FreePorts.Find()}");
        Assert.Equal(1, exitCode);
        Assert.Contains("The silo did not start: the configuration is wrong.", log, StringComparison.Ordinal);
        Assert.Contains("Cannot listen on 127.0.0.1", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silo_IsAloneWithoutADatabase_AndKeepsWhatItDecided()
    {
        using var directory = new TemporaryDirectory();
        string[] ports = ["--silo-port", $"{FreePorts.Find()}", "--gateway-port", $"{FreePorts.Find()}"];
        await using (BrokerProcess silo = await BrokerProcess.StartAsync(directory.Path, 0, ports))
        {
            await using Client.BrokerClient client = await Client.BrokerClient.ConnectAsync(silo.EndPoint);
            await client.CreateTopicAsync("Orders", 3);
            await silo.KillAsync();
        }

        await using BrokerProcess again = await BrokerProcess.StartAsync(directory.Path, 0, ports);
        await using Client.BrokerClient later = await Client.BrokerClient.ConnectAsync(again.EndPoint);
        Assert.Equal(3, (await later.GetRouteAsync("Orders"))!.QueueDatas.Single().WriteQueueNums);
    }
}
