namespace OrleansMq.Protocol.Remoting;

/// <summary>Why a frame is not a valid command.</summary>
public enum CommandDefect
{
    /// <summary>The command is valid.</summary>
    None,

    /// <summary>The frame is too short for its header word or for the header it announces.</summary>
    Truncated,

    /// <summary>The serialize type is neither JSON nor RocketMQ's binary form.</summary>
    SerializeType,

    /// <summary>The header has more bytes than allowed.</summary>
    HeaderTooLong,

    /// <summary>The header has more ext fields than allowed.</summary>
    TooManyFields,

    /// <summary>The header is not the JSON object that it should be.</summary>
    Json,

    /// <summary>The JSON header is nested deeper than allowed.</summary>
    TooDeep,

    /// <summary>The lengths within the binary header do not add up.</summary>
    Lengths,

    /// <summary>A known member of the header has a value of the wrong kind, or the code is missing.</summary>
    Member,

    /// <summary>The header's text is not valid UTF-8.</summary>
    Text,
}
