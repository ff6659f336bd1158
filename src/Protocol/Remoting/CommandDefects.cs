namespace OrleansMq.Protocol.Remoting;

/// <summary>Sentences about defects, for remarks and logs.</summary>
public static class CommandDefects
{
    /// <summary>Says what was wrong and what was expected.</summary>
    public static string Describe(CommandDefect defect) => defect switch
    {
        CommandDefect.None => "The command is valid.",
        CommandDefect.Truncated =>
            "The frame ends before its header does; the header length must fit into the frame.",
        CommandDefect.SerializeType =>
            "The header's serialize type is unknown; 0 (JSON) or 1 (ROCKETMQ) is expected.",
        CommandDefect.HeaderTooLong =>
            "The header is longer than this server allows; send long texts in the body.",
        CommandDefect.TooManyFields =>
            "The header has more ext fields than this server allows.",
        CommandDefect.Json => "The header is not a valid JSON object.",
        CommandDefect.TooDeep => "The JSON header is nested too deeply.",
        CommandDefect.Lengths => "The lengths within the binary header do not add up to its size.",
        CommandDefect.Member =>
            "A member of the header has a value of the wrong kind or the code is missing; code, opaque, flag and "
            + "version are 32-bit numbers, remark is a text and extFields holds plain values.",
        CommandDefect.Text => "The header is not valid UTF-8.",
        _ => defect.ToString(),
    };
}
