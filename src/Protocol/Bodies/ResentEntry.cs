namespace OrleansMq.Protocol.Bodies;

/// <summary>What became of one dead letter that was to be sent again.</summary>
public sealed class ResentEntry
{
    /// <summary>It is in its topic.</summary>
    public const string WasSent = "SENT";

    /// <summary>It would be sent, were it not for the dry run.</summary>
    public const string WouldBeSent = "WOULD_SEND";

    /// <summary>It was sent before.</summary>
    public const string WasSentBefore = "ALREADY_SENT";

    /// <summary>Another request, or this one by an earlier name, is sending it and will know how that ended.</summary>
    public const string IsBeingSent = "BEING_SENT";

    /// <summary>The broker has no such dead letter.</summary>
    public const string NotFound = "NOT_FOUND";

    /// <summary>It cannot be sent; the problem says why.</summary>
    public const string WasRefused = "REFUSED";

    /// <summary>The identifier of the dead letter.</summary>
    public string MessageId { get; set; } = "";

    /// <summary>The topic that it goes to.</summary>
    public string? Topic { get; set; }

    /// <summary>One of the outcomes above.</summary>
    public string Outcome { get; set; } = "";

    /// <summary>Why it was not sent.</summary>
    public string? Problem { get; set; }

    /// <summary>The identifier of the message that was made from it.</summary>
    public string? CopyId { get; set; }
}
