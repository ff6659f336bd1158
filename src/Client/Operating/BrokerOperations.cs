using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Client.Operating;

/// <summary>
/// What operators ask of one broker, in OrleansMq's own requests. Fails as <see cref="BrokerClient"/> does.
/// Thread-safe.
/// </summary>
public sealed class BrokerOperations(BrokerClient client)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private delegate bool BodyReader<T>(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out string? problem)
        where T : class;

    /// <summary>The brokers of the cluster, by name.</summary>
    public Task<ClusterInfo> GetClusterAsync(CancellationToken cancellation = default) =>
        CallAsync<ClusterInfo>(RequestCode.GetBrokerClusterInfo, [], ClusterInfo.TryRead, cancellation);

    /// <summary>The groups that have dead letters on the broker.</summary>
    public Task<DeadLetterGroups> ListDeadLetterGroupsAsync(CancellationToken cancellation = default) =>
        CallAsync<DeadLetterGroups>(RequestCode.ListDeadLetterGroups, [], DeadLetterGroups.TryRead, cancellation);

    /// <summary>A page of a group's dead letters; the answer says where the next one begins.</summary>
    public Task<DeadLetterList> ListDeadLettersAsync(
        ListDeadLettersRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync<DeadLetterList>(
            RequestCode.ListDeadLetters,
            [
                ("group", request.Group), ("topic", request.Topic), ("beginTimestamp", Text(request.BeginTimestamp)),
                ("endTimestamp", Text(request.EndTimestamp)), ("maxNum", Text(request.MaxCount)),
                ("cursor", request.Cursor),
            ],
            DeadLetterList.TryRead, cancellation);
    }

    /// <summary>One dead letter with all that it carries.</summary>
    public Task<DeadLetterDetails> ShowDeadLetterAsync(
        string group, string messageId, CancellationToken cancellation = default) =>
        CallAsync<DeadLetterDetails>(
            RequestCode.ShowDeadLetter, [("group", group), ("msgId", messageId)], DeadLetterDetails.TryRead,
            cancellation);

    /// <summary>Sends dead letters again, or says what would be sent; the answer says where to go on.</summary>
    public Task<ResendReport> ResendDeadLettersAsync(
        ResendDeadLettersRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync<ResendReport>(
            RequestCode.ResendDeadLetters,
            [
                ("group", request.Group), ("msgIds", string.Join(',', request.MessageIds)), ("topic", request.Topic),
                ("beginTimestamp", Text(request.BeginTimestamp)), ("endTimestamp", Text(request.EndTimestamp)),
                ("maxNum", Text(request.MaxCount)), ("cursor", request.Cursor), ("toTopic", Text(request.ToTopic)),
                ("dryRun", Text(request.IsDryRun)), ("force", Text(request.IsForced)),
            ],
            ResendReport.TryRead, cancellation);
    }

    /// <summary>What happened to a message; null when the broker does not have it.</summary>
    public async Task<MessageTrace?> TraceAsync(TraceMessageRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return await CallAsync<MessageTrace>(
                RequestCode.TraceMessage,
                [
                    ("msgId", request.Id), ("topic", request.Topic), ("group", request.Group),
                    ("maxNum", Text(request.MaxCount)),
                ],
                MessageTrace.TryRead, cancellation).ConfigureAwait(false);
        }
        catch (RemotingException refusal) when (refusal.Code == ResponseCode.QueryNotFound)
        {
            return null;
        }
    }

    /// <summary>The options that are in force, by RocketMQ's names and OrleansMq's own.</summary>
    public async Task<IReadOnlyDictionary<string, string>> GetConfigurationAsync(
        CancellationToken cancellation = default)
    {
        var request = new RemotingCommand { Code = (int)RequestCode.GetBrokerConfig };
        RemotingCommand answer = await CallAsync(request, cancellation).ConfigureAwait(false);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in Encoding.UTF8.GetString(answer.Body.Span).Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                values[line[..equals]] = line[(equals + 1)..].TrimEnd('\r');
        }

        return values;
    }

    private async Task<T> CallAsync<T>(
        RequestCode code, (string Name, string? Value)[] fields, BodyReader<T> read, CancellationToken cancellation)
        where T : class
    {
        var request = new RemotingCommand { Code = (int)code };
        foreach ((string name, string? value) in fields)
        {
            if (!string.IsNullOrEmpty(value))
                request.Fields[name] = value;
        }

        RemotingCommand answer = await CallAsync(request, cancellation).ConfigureAwait(false);
        return read(answer.Body.Span, out T? body, out string? problem)
            ? body
            : throw new InvalidDataException(problem);
    }

    private async Task<RemotingCommand> CallAsync(RemotingCommand request, CancellationToken cancellation)
    {
        RemotingCommand answer =
            await client.Connection.InvokeAsync(request, Limit, cancellation).ConfigureAwait(false);
        BrokerClient.Require(answer);
        return answer;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "true" : "false";
}
