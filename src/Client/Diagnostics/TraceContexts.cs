using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using OrleansMq.Client.Receiving;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Client.Diagnostics;

/// <summary>
/// The context of a trace among a message's properties, as W3C's "Trace Context" writes it. Thread-safe.
/// </summary>
internal static class TraceContexts
{
    /// <summary>The property that names the span.</summary>
    public const string TraceParent = "traceparent";

    private const int MaxStateChars = 512;
    private const int MaxPropertyBytes = short.MaxValue - 256;

    private static readonly SearchValues<char> Separators = SearchValues.Create('\u0001', '\u0002');

    private static ReadOnlySpan<byte> ParentName => "traceparent"u8;

    private static ReadOnlySpan<byte> StateName => "tracestate"u8;

    /// <summary>Appends a span's context to a message's properties, as far as there is room for it.</summary>
    public static void Append(ArrayBufferWriter<byte> properties, Activity span)
    {
        if (span.IdFormat != ActivityIdFormat.W3C || span.Id is not { } id)
            return;

        AppendIfRoom(properties, ParentName, id);
        if (span.TraceStateString is { Length: > 0 and <= MaxStateChars } state
            && !state.AsSpan().ContainsAny(Separators))
        {
            AppendIfRoom(properties, StateName, state);
        }
    }

    /// <summary>The context that a message came with.</summary>
    public static bool TryRead(ReceivedMessage message, out ActivityContext context)
    {
        context = default;
        return message.Find(ParentName) is { } parent
            && ActivityContext.TryParse(parent, message.Find(StateName), isRemote: true, out context);
    }

    /// <summary>The context that an application gave its message itself.</summary>
    public static bool TryRead(
        [NotNullWhen(true)] IReadOnlyDictionary<string, string>? properties, out ActivityContext context)
    {
        context = default;
        return properties is not null && properties.TryGetValue(TraceParent, out string? parent)
            && ActivityContext.TryParse(parent, properties.GetValueOrDefault("tracestate"), out context);
    }

    private static void AppendIfRoom(ArrayBufferWriter<byte> properties, ReadOnlySpan<byte> name, string value)
    {
        Span<byte> utf8 = stackalloc byte[MaxStateChars * 3];
        int length = Encoding.UTF8.GetBytes(value, utf8);
        if (properties.WrittenCount + name.Length + length + 2 <= MaxPropertyBytes)
            PropertyBlock.Append(properties, name, utf8[..length]);
    }
}
