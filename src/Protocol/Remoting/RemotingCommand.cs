using System.Text;
using OrleansMq.Protocol.Codes;

namespace OrleansMq.Protocol.Remoting;

/// <summary>
/// A command with all its parts in memory of its own: for clients, tests and requests that are not hot. Hot paths use
/// <see cref="CommandReader"/> and <see cref="CommandWriter"/>.
/// </summary>
public sealed class RemotingCommand
{
    /// <summary>The request or response code.</summary>
    public int Code { get; set; }

    /// <summary>Whether the command is a response or one-way.</summary>
    public CommandFlags Flag { get; set; }

    /// <summary>The number that ties an answer to its request.</summary>
    public int Opaque { get; set; }

    /// <summary>A text for people; null if there is none. An empty one is read back as null.</summary>
    public string? Remark { get; set; }

    /// <summary>The ext fields.</summary>
    public Dictionary<string, string> Fields { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>How the header is written. Default: JSON.</summary>
    public SerializeType SerializeType { get; set; }

    /// <summary>The sender's language. Default: .NET.</summary>
    public LanguageCode Language { get; set; } = LanguageCode.DotNet;

    /// <summary>The sender's version. Default: <see cref="ProtocolVersions.Current"/>.</summary>
    public int Version { get; set; } = ProtocolVersions.Current;

    /// <summary>Whether the command answers a request.</summary>
    public bool IsResponse => (Flag & CommandFlags.Response) != 0;

    /// <summary>Whether the sender wants no answer.</summary>
    public bool IsOneWay => (Flag & CommandFlags.OneWay) != 0;

    /// <summary>Makes a request.</summary>
    public static RemotingCommand Request(RequestCode code, int opaque) => new() { Code = (int)code, Opaque = opaque };

    /// <summary>Makes the answer to a request.</summary>
    public static RemotingCommand Response(CommandReader request, ResponseCode code, string? remark = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new RemotingCommand
        {
            Code = (int)code,
            Flag = CommandFlags.Response,
            Opaque = request.Opaque,
            Remark = remark,
            SerializeType = request.SerializeType,
        };
    }

    /// <summary>Copies the command that a reader holds.</summary>
    public static RemotingCommand From(CommandReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return new RemotingCommand
        {
            Code = reader.Code,
            Flag = (CommandFlags)reader.Flag,
            Opaque = reader.Opaque,
            Remark = reader.Remark,
            Fields = reader.ToDictionary(),
            Body = reader.Body.ToArray(),
            SerializeType = reader.SerializeType,
            Language = reader.Language,
            Version = reader.Version,
        };
    }

    /// <summary>Appends the frame of the command, its length in front.</summary>
    /// <exception cref="InvalidOperationException">The header is longer than 16 MiB.</exception>
    public void WriteTo(OutputBuffer output)
    {
        CommandWriter writer = CommandWriter.Begin(output, Code, Opaque, Flag, SerializeType, Language, Version);
        if (!string.IsNullOrEmpty(Remark))
            writer.Remark(Remark);
        foreach ((string name, string value) in Fields)
            writer.Field(Encoding.UTF8.GetBytes(name), value);
        writer.Body(Body.Span);
        writer.Complete();
    }
}
