using System.CommandLine;
using OrleansMq.Bench.Macro.Frames;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Commands;

/// <summary>Options that say what is sent.</summary>
internal sealed class ShapeOptions
{
    private readonly Option<string> _topic;
    private readonly Option<int> _batch;

    private readonly Option<int> _queues = new("--topic-queues")
    {
        Description = "Queues of the topic.", DefaultValueFactory = _ => 8,
    };

    private readonly Option<int> _body = new("--body")
    {
        Description = "Bytes of a message's body.", DefaultValueFactory = _ => 1024,
    };

    private readonly Option<string> _header = new("--header")
    {
        Description = "How headers are written.", DefaultValueFactory = _ => "json",
    };

    private readonly Option<bool> _keys = new("--keys")
    {
        Description = "Give each message a unique key, as RocketMQ's clients do; it is indexed.",
    };

    /// <summary>Makes the options.</summary>
    /// <param name="topic">The topic unless another is given.</param>
    /// <param name="batch">Messages of a request unless another number is given.</param>
    public ShapeOptions(string topic, int batch)
    {
        _topic = new("--topic") { Description = "The topic; made if need be.", DefaultValueFactory = _ => topic };
        _batch = new("--batch") { Description = "Messages of a request.", DefaultValueFactory = _ => batch };
        _header.AcceptOnlyFromAmong("json", "binary");
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_topic);
        command.Options.Add(_queues);
        command.Options.Add(_body);
        command.Options.Add(_batch);
        command.Options.Add(_header);
        command.Options.Add(_keys);
    }

    public SendShape ShapeOf(ParseResult parsed) => new(
        parsed.GetValue(_topic)!,
        parsed.GetValue(_queues),
        parsed.GetValue(_body),
        parsed.GetValue(_batch),
        parsed.GetValue(_header) == "json" ? SerializeType.Json : SerializeType.Binary,
        parsed.GetValue(_keys));

    /// <summary>The same with a topic that no run before has used.</summary>
    public SendShape ShapeOfNewTopic(ParseResult parsed)
    {
        SendShape shape = ShapeOf(parsed);
        return shape with { Topic = $"{shape.Topic}-{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}" };
    }
}
