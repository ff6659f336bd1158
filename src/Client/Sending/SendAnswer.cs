using System.Buffers.Text;
using System.Text;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Sending;

/// <summary>What a broker answered to a send, read without a command object.</summary>
internal readonly record struct SendAnswer
{
    /// <summary>Makes it of an answer; for any thread, keeps nothing of it.</summary>
    public static readonly Func<CommandReader, SendAnswer> Reader = Read;

    /// <summary>How safe the messages are.</summary>
    public SendStatus Status { get; private init; }

    /// <summary>The queue that took them.</summary>
    public int QueueId { get; private init; }

    /// <summary>The place of the first one in that queue.</summary>
    public long QueueOffset { get; private init; }

    /// <summary>Their identifiers.</summary>
    public StoredPlaces Places { get; private init; }

    /// <summary>By what a delayed message is called back; null for others.</summary>
    public string? RecallHandle { get; private init; }

    /// <summary>The transaction that a half message began; null for others.</summary>
    public string? TransactionId { get; private init; }

    private static SendAnswer Read(CommandReader answer) => new()
    {
        Status = StatusOf(answer),
        QueueId = (int)Number(answer, "queueId"u8),
        QueueOffset = Number(answer, "queueOffset"u8),
        Places = answer.TryGetField("msgId"u8, out ReadOnlySpan<byte> ids)
            ? StoredPlaces.Read(ids)
            : throw Missing("msgId"u8),
        RecallHandle = Text(answer, "recallHandle"u8),
        TransactionId = Text(answer, "transactionId"u8),
    };

    private static SendStatus StatusOf(CommandReader answer) => (ResponseCode)answer.Code switch
    {
        ResponseCode.Success => SendStatus.Ok,
        ResponseCode.FlushDiskTimeout => SendStatus.FlushDiskTimeout,
        ResponseCode.FlushSlaveTimeout => SendStatus.ReplicationTimeout,
        ResponseCode.SlaveNotAvailable => SendStatus.ReplicaNotAvailable,
        var code => throw new RemotingException(code, answer.Remark),
    };

    private static long Number(CommandReader answer, ReadOnlySpan<byte> name) =>
        answer.TryGetField(name, out ReadOnlySpan<byte> text)
        && Utf8Parser.TryParse(text, out long number, out int read) && read == text.Length
            ? number
            : throw Missing(name);

    private static string? Text(CommandReader answer, ReadOnlySpan<byte> name) =>
        answer.TryGetField(name, out ReadOnlySpan<byte> text) ? Encoding.UTF8.GetString(text) : null;

    private static InvalidDataException Missing(ReadOnlySpan<byte> name) => new(
        $"The broker's answer to a send lacks a sound field '{Encoding.UTF8.GetString(name)}'.");
}
