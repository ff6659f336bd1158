using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Requests;

/// <summary>
/// Which handler is for which request. A handler is called only with a request that could be read; otherwise the
/// sender is told what is missing or wrong.
/// </summary>
internal sealed class RequestTable
{
    private readonly Dictionary<int, Action<ClientSession>> _handlers = [];

    /// <summary>Reads a request from a command's fields; false with a sentence for the sender.</summary>
    public delegate bool FieldsReader<T>(CommandReader command, out T request, out string? problem)
        where T : allows ref struct;

    /// <summary>Reads a request from a command's body; false with a sentence for the sender.</summary>
    public delegate bool BodyReader<T>(
        ReadOnlySpan<byte> body, [NotNullWhen(true)] out T? request, [NotNullWhen(false)] out string? problem)
        where T : class;

    /// <summary>Adds the handler of a request without fields.</summary>
    public void Add(RequestCode code, Action<ClientSession> handle) => _handlers.Add((int)code, handle);

    /// <summary>Adds the handler of a request that stands in the fields of the header.</summary>
    public void Add<T>(RequestCode code, FieldsReader<T> read, Action<ClientSession, T> handle)
        where T : allows ref struct => Add(code, session =>
    {
        if (read(session.Request, out T request, out string? problem))
            handle(session, request);
        else
            session.Refuse(ResponseCode.SystemError, problem);
    });

    /// <summary>Adds the handler of a request that stands in the body.</summary>
    public void AddWithBody<T>(RequestCode code, BodyReader<T> read, Action<ClientSession, T> handle)
        where T : class => Add(code, session =>
    {
        if (read(session.Request.Body.Span, out T? request, out string? problem))
            handle(session, request);
        else
            session.Refuse(ResponseCode.SystemError, problem);
    });

    /// <summary>The table for looking handlers up.</summary>
    public FrozenDictionary<int, Action<ClientSession>> Freeze() => _handlers.ToFrozenDictionary();
}
