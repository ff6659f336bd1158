using System.Diagnostics.CodeAnalysis;

namespace OrleansMq.Broker.Statistics;

/// <summary>A group's consumption of a topic; written <c>topic@group</c>.</summary>
public readonly record struct TopicGroup(string Topic, string Group)
{
    private const char Separator = '@';

    /// <summary>Reads the written form; neither name may hold the separator.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TopicGroup? key)
    {
        int at = text.IndexOf(Separator, StringComparison.Ordinal);
        key = at > 0 ? new TopicGroup(text[..at], text[(at + 1)..]) : null;
        return key is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Topic}{Separator}{Group}";
}
