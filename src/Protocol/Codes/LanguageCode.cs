namespace OrleansMq.Protocol.Codes;

/// <summary>The programming language of a client. RocketMQ: LanguageCode; the numbers go into binary headers.</summary>
public enum LanguageCode
{
    /// <summary>Java.</summary>
    Java = 0,
    /// <summary>C++.</summary>
    Cpp = 1,
    /// <summary>C# and its family; what OrleansMq calls itself.</summary>
    DotNet = 2,
    /// <summary>Python.</summary>
    Python = 3,
    /// <summary>Delphi.</summary>
    Delphi = 4,
    /// <summary>Erlang.</summary>
    Erlang = 5,
    /// <summary>Ruby.</summary>
    Ruby = 6,
    /// <summary>Anything else, also what is not known here.</summary>
    Other = 7,
    /// <summary>An HTTP gateway.</summary>
    Http = 8,
    /// <summary>Go.</summary>
    Go = 9,
    /// <summary>PHP.</summary>
    Php = 10,
    /// <summary>OpenMessaging.</summary>
    Oms = 11,
    /// <summary>Rust.</summary>
    Rust = 12,
    /// <summary>Node.js.</summary>
    NodeJs = 13,
}
