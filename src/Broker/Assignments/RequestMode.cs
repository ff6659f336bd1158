using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OrleansMq.Protocol.Bodies;

namespace OrleansMq.Broker.Assignments;

/// <summary>How the members of a group get the messages of a topic.</summary>
/// <param name="Mode">Whether they pull or pop.</param>
/// <param name="SharedWith">
/// With how many members beside its own a member's queues are shared when they pop; 0 for all.
/// </param>
public readonly record struct RequestMode(MessageRequestMode Mode, int SharedWith)
{
    /// <summary>What holds as long as nobody says otherwise.</summary>
    public static RequestMode Default => default;

    /// <summary>The text that is kept: <c>POP;8</c>.</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture, $"{(Mode == MessageRequestMode.Pop ? "POP" : "PULL")};{SharedWith}");

    /// <summary>Reads such a text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RequestMode mode)
    {
        mode = default;
        if (text?.Split(';') is not [var name and ("PULL" or "POP"), var count]
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int sharedWith))
        {
            return false;
        }

        mode = new RequestMode(name == "POP" ? MessageRequestMode.Pop : MessageRequestMode.Pull, sharedWith);
        return true;
    }
}
