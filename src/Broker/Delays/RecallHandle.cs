using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace OrleansMq.Broker.Delays;

/// <summary>
/// What the sender of a delayed message keeps to call it back. As text: Base64 for URLs of
/// <c>v1 TOPIC BROKER DUE ID</c>. RocketMQ: <c>RecallMessageHandle.HandleV1</c>.
/// </summary>
/// <param name="Topic">The topic that the message is for.</param>
/// <param name="BrokerName">The broker where it waits.</param>
/// <param name="DueMilliseconds">When it is due, Unix milliseconds.</param>
/// <param name="UniqueKey">The identifier that its producer gave.</param>
public sealed record RecallHandle(string Topic, string BrokerName, long DueMilliseconds, string UniqueKey)
{
    private const string Version = "v1";
    private const int MaxCharacters = 4_096;

    /// <inheritdoc/>
    public override string ToString()
    {
        string due = DueMilliseconds.ToString(CultureInfo.InvariantCulture);
        byte[] text = Encoding.UTF8.GetBytes(string.Join(' ', Version, Topic, BrokerName, due, UniqueKey));
        return Convert.ToBase64String(text).Replace('+', '-').Replace('/', '_');
    }

    /// <summary>Reads a handle; false for anything else. Never throws.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RecallHandle? handle)
    {
        handle = null;
        if (text.Length > MaxCharacters || !Base64Url.IsValid(text))
            return false;

        string[] parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split(' ');
        if (parts.Length != 5 || parts[0] != Version || parts.Any(string.IsNullOrEmpty))
            return false;
        if (!long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out long due))
            return false;

        handle = new RecallHandle(parts[1], parts[2], due, parts[4]);
        return true;
    }
}
