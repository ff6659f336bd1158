using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using OrleansMq.Client.Receiving;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Replies;

/// <summary>Takes the replies that brokers hand over, 326, to those who wait for them. Thread-safe.</summary>
internal sealed class ReplyInbox
{
    /// <summary>By which a request and its reply are known to belong together.</summary>
    public const string CorrelationProperty = "CORRELATION_ID";

    private readonly OrleansMqClient _client;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Reply>> _waiting = new(StringComparer.Ordinal);
    private readonly Lazy<Task> _opened;

    public ReplyInbox(OrleansMqClient client)
    {
        _client = client;
        _opened = new Lazy<Task>(OpenAsync);
    }

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Brokers know this client from now on, and can hand replies over.</summary>
    public Task ReadyAsync() => _opened.Value;

    /// <summary>Begins to wait for a reply; to be ended by <see cref="Forget"/>.</summary>
    public Task<Reply> Expect(string correlationId) => _waiting.GetOrAdd(
        correlationId,
        static _ => new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Waits no longer.</summary>
    public void Forget(string correlationId) => _waiting.TryRemove(correlationId, out _);

    private Task OpenAsync()
    {
        _client.Requests.Add(RequestCode.PushReplyMessageToClient, Take);
        _client.Heartbeats.Start();

        // Those that were connected before do not know that this client produces.
        return _client.Heartbeats.SendToAllAsync();
    }

    private ValueTask<RemotingCommand?> Take(BrokerClient broker, RemotingCommand push)
    {
        Dictionary<string, string> properties = push.Fields.TryGetValue("properties", out string? text)
            ? PropertyBlock.ToDictionary(Encoding.UTF8.GetBytes(text))
            : [];
        bool isTaken = properties.TryGetValue(CorrelationProperty, out string? id)
            && _waiting.TryRemove(id, out TaskCompletionSource<Reply>? waiting)
            && waiting.TrySetResult(new Reply(BodyOf(push), properties));
        return ValueTask.FromResult<RemotingCommand?>(new RemotingCommand
        {
            Code = (int)(isTaken ? ResponseCode.Success : ResponseCode.SystemError),
            Remark = isTaken ? null : $"Nobody waits for a reply to '{id}' any more.",
            SerializeType = push.SerializeType,
        });
    }

    /// <summary>What cannot be decompressed is given as it came.</summary>
    private ReadOnlyMemory<byte> BodyOf(RemotingCommand push)
    {
        bool isCompressed = int.TryParse(
            push.Fields.GetValueOrDefault("sysFlag"), CultureInfo.InvariantCulture, out int flags)
            && ((SystemFlags)flags & SystemFlags.Compressed) != 0;
        if (!isCompressed)
            return push.Body;
        BodyDecompressor.Decompress(push.Body, _client.Options, out ReadOnlyMemory<byte> body);
        return body;
    }
}
