using System.Diagnostics.CodeAnalysis;
using System.Text;
using OrleansMq.BrokerProcesses;

namespace OrleansMq.Interop.Tests.Clients;

/// <summary>A broker process with a store of its own, and the scripts that talk to it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync.")]
public class InteropBroker : IAsyncLifetime
{
    /// <summary>The delays of the levels: 3 and 4 are those of the first and the second retry.</summary>
    public const string DelayLevels = "1s 2s 1s 2s 3s";

    private readonly TemporaryDirectory _directory = new();
    private readonly List<NodeScript> _scripts = [];
    private readonly string[] _arguments;
    private InteropHost _host = null!;
    private BrokerProcess _process = null!;
    private NodeScript? _requests;

    public InteropBroker()
        : this([])
    {
    }

    protected InteropBroker(params string[] arguments) => _arguments =
    [
        $"--OrleansMq:Broker:DelayLevels={DelayLevels}",
        "--OrleansMq:Broker:OffsetFlushInterval=00:00:00.100",
        "--OrleansMq:Store:CommitLogFileBytes=67108864",
        "--OrleansMq:Store:IndexFileSlots=100000",
        "--OrleansMq:Store:IndexFileEntries=400000",
        .. arguments,
    ];

    /// <summary>What clients are told as name server.</summary>
    public string Address => _process.EndPoint.ToString();

    public async Task InitializeAsync()
    {
        _host = await InteropHost.StartAsync(_arguments);
        _process = await BrokerProcess.StartAsync(_directory.Path, 0, [.. _arguments, .. _host.Arguments]);
    }


    public async Task DisposeAsync()
    {
        foreach (NodeScript script in _scripts)
            await script.DisposeAsync();
        await _process.DisposeAsync();
        await _host.DisposeAsync();
        _directory.Dispose();
    }

    /// <summary>Ends the broker as <c>kill -9</c> does and starts it again on the same store and port.</summary>
    public async Task KillAndRestartAsync()
    {
        await _process.KillAsync();
        await RestartAsync();
    }

    /// <summary>Stops the broker cleanly and starts it again on the same store and port.</summary>
    public async Task StopAndRestartAsync()
    {
        Assert.Equal(0, await _process.StopAsync());
        await RestartAsync();
    }

    /// <summary>Creates a topic.</summary>
    public async Task<string> CreateTopicAsync(string topic, int queues = 1)
    {
        ScriptEvent response = await RequestAsync(17, new
        {
            topic, defaultTopic = "TBW102", readQueueNums = queues, writeQueueNums = queues, perm = 6,
            topicFilterType = "SINGLE_TAG", topicSysFlag = 0, order = false,
        });
        Assert.Equal(0, response.ResponseCode);
        return topic;
    }

    /// <summary>Sends a request as it is and gives the response.</summary>
    public async Task<ScriptEvent> RequestAsync(int code, object fields, string? body = null)
    {
        _requests ??= Start("request.js", new { nameServer = Address });
        NodeScript requests = _requests;
        int before = requests.CountOf("response") + requests.CountOf("failed");
        byte[]? content = body is null ? null : Encoding.UTF8.GetBytes(body);
        await requests.WriteLineAsync(new { code, fields, body = content });
        await NodeScript.WaitAsync(
            $"the answer to {code}", [requests], () => requests.CountOf("response") + requests.CountOf("failed") > before);
        return requests.Events.Last(item => item.Event is "response" or "failed");
    }

    /// <summary>Sends messages from a process of its own and gives what was answered to each, in their order.</summary>
    public async Task<IReadOnlyList<ScriptEvent>> SendAsync(string topic, params object[] messages) =>
        await SendAsync(new { nameServer = Address, topic, broker = InteropHost.FirstBroker, messages });

    /// <summary>Runs produce.js to its end and gives what was answered to each message.</summary>
    public async Task<IReadOnlyList<ScriptEvent>> SendAsync(object parameters)
    {
        IReadOnlyList<ScriptEvent> results = await TrySendAsync(parameters);
        Assert.All(results, result => Assert.Equal(("sent", null), (result.Event, result.Message)));
        return results;
    }

    /// <summary>Runs produce.js to its end and gives what became of each message, "sent" or "failed".</summary>
    public async Task<IReadOnlyList<ScriptEvent>> TrySendAsync(object parameters)
    {
        NodeScript producer = Start("produce.js", parameters);
        await producer.WaitForAsync("done");
        return [.. producer.Events.Where(item => item.Event is "sent" or "failed")];
    }

    /// <summary>Starts a member of a group and waits until it consumes. The options stand in consume.js.</summary>
    public async Task<NodeScript> ConsumeAsync(string topic, string group, object? options = null)
    {
        var parameters = new Dictionary<string, object?> { ["nameServer"] = Address, ["topic"] = topic, ["group"] = group };
        foreach (var option in options?.GetType().GetProperties() ?? [])
            parameters[option.Name] = option.GetValue(options);
        NodeScript consumer = Start("consume.js", parameters);
        await consumer.WaitForAsync("ready");
        return consumer;
    }

    /// <summary>Starts a script, which ends with the broker at the latest.</summary>
    public NodeScript Start(string script, object parameters)
    {
        NodeScript started = NodeScript.Start(script, parameters, () => _process.Log);
        _scripts.Add(started);
        return started;
    }

    /// <summary>Waits until members share all queues of a topic, so many on each broker, each with at least one.</summary>
    public static Task WaitUntilSharedAsync(int queues, params NodeScript[] members) =>
        NodeScript.WaitAsync("a stable assignment", members, () =>
        {
            IReadOnlyList<string>[] owned = [.. members.Select(member => OwnedBy(member))];
            return owned.All(mine => mine.Count > 0) && owned.Sum(mine => mine.Count) == queues * InteropHost.Brokers
                && owned.SelectMany(mine => mine).Distinct().Count() == queues * InteropHost.Brokers;
        });

    private static IReadOnlyList<string> OwnedBy(NodeScript member) =>
        member.Of("assigned") is { Count: > 0 } assignments ? assignments[^1].Queues : [];

    private async Task RestartAsync()
    {
        int port = _process.EndPoint.Port;
        await _process.DisposeAsync();
        _process = await BrokerProcess.StartAsync(_directory.Path, port, [.. _arguments, .. _host.Arguments]);
    }
}
