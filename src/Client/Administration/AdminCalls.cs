using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OrleansMq.Client.Brokers;
using OrleansMq.Client.Operating;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Administration;

/// <summary>Reads the body of an answer.</summary>
internal delegate bool BodyReader<T>(
    ReadOnlySpan<byte> body, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out string? problem)
    where T : class;

/// <summary>Asks one broker of the cluster, or all of them. Thread-safe.</summary>
internal sealed class AdminCalls(OrleansMqClient client)
{
    /// <summary>How long an answer of an administrator's request may take: it may read much.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The client.</summary>
    public OrleansMqClient Client => client;

    /// <summary>The brokers that are there now, by name.</summary>
    public Task<IReadOnlyList<BrokerAddress>> BrokersAsync(CancellationToken cancellation) =>
        client.FindBrokersAsync(cancellation);

    /// <summary>The connection to a broker.</summary>
    public ValueTask<BrokerClient> ConnectAsync(BrokerAddress broker, CancellationToken cancellation) =>
        client.Connections.GetAsync(broker, cancellation);

    /// <summary>The connection to the broker of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message names those there are.</exception>
    public async Task<BrokerClient> ConnectAsync(string brokerName, CancellationToken cancellation)
    {
        IReadOnlyList<BrokerAddress> brokers = await BrokersAsync(cancellation).ConfigureAwait(false);
        BrokerAddress broker = brokers.FirstOrDefault(each => each.BrokerName == brokerName)
            ?? throw new ArgumentException(
                $"The cluster has no broker '{brokerName}' now; it has "
                + $"{string.Join(", ", brokers.Select(each => each.BrokerName))}.", nameof(brokerName));
        return await ConnectAsync(broker, cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks each broker in turn.</summary>
    public async Task<IReadOnlyList<(BrokerAddress Broker, T Answer)>> OnAllAsync<T>(
        Func<BrokerClient, Task<T>> ask, CancellationToken cancellation)
    {
        var answers = new List<(BrokerAddress, T)>();
        foreach (BrokerAddress broker in await BrokersAsync(cancellation).ConfigureAwait(false))
        {
            BrokerClient connection = await ConnectAsync(broker, cancellation).ConfigureAwait(false);
            answers.Add((broker, await ask(connection).ConfigureAwait(false)));
        }

        return answers;
    }

    /// <summary>Does something at each broker in turn.</summary>
    public Task DoOnAllAsync(Func<BrokerClient, Task> act, CancellationToken cancellation) => OnAllAsync(
        async broker =>
        {
            await act(broker).ConfigureAwait(false);
            return true;
        },
        cancellation);

    /// <summary>What operators ask of one broker.</summary>
    public static BrokerOperations OperationsOf(BrokerClient broker) => new(broker);

    /// <summary>A request with fields; those that are null are left out.</summary>
    public static RemotingCommand Request(RequestCode code, params (string Name, string? Value)[] fields)
    {
        var request = new RemotingCommand { Code = (int)code };
        foreach ((string name, string? value) in fields)
        {
            if (value is not null)
                request.Fields[name] = value;
        }

        return request;
    }

    /// <summary>Sends a request and requires success.</summary>
    public static async Task<RemotingCommand> CallAsync(
        BrokerClient broker, RemotingCommand request, CancellationToken cancellation)
    {
        RemotingCommand answer = await broker.Connection.InvokeAsync(request, Patience, cancellation)
            .ConfigureAwait(false);
        BrokerClient.Require(answer);
        return answer;
    }

    /// <summary>The same for an answer with a body; null if the broker says by this code that there is none.</summary>
    public static async Task<T?> AskAsync<T>(
        BrokerClient broker, RemotingCommand request, BodyReader<T> read, ResponseCode? none,
        CancellationToken cancellation)
        where T : class
    {
        RemotingCommand answer = await broker.Connection.InvokeAsync(request, Patience, cancellation)
            .ConfigureAwait(false);
        if (none is not null && answer.Code == (int)none)
            return null;
        BrokerClient.Require(answer);
        return read(answer.Body.Span, out T? body, out string? problem)
            ? body
            : throw new InvalidDataException(problem);
    }

    /// <summary>The same for a body that must be there.</summary>
    public static async Task<T> AskAsync<T>(
        BrokerClient broker, RemotingCommand request, BodyReader<T> read, CancellationToken cancellation)
        where T : class =>
        (await AskAsync(broker, request, read, null, cancellation).ConfigureAwait(false))!;

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Text(bool value) => value ? "true" : "false";
}
