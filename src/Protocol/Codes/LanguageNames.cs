namespace OrleansMq.Protocol.Codes;

/// <summary>RocketMQ's names of the languages, as they stand in JSON headers.</summary>
public static class LanguageNames
{
    private static ReadOnlySpan<byte> Java => "JAVA"u8;

    /// <summary>The name of a language in ASCII.</summary>
    public static ReadOnlySpan<byte> Of(LanguageCode language) => language switch
    {
        LanguageCode.Java => Java,
        LanguageCode.Cpp => "CPP"u8,
        LanguageCode.DotNet => "DOTNET"u8,
        LanguageCode.Python => "PYTHON"u8,
        LanguageCode.Delphi => "DELPHI"u8,
        LanguageCode.Erlang => "ERLANG"u8,
        LanguageCode.Ruby => "RUBY"u8,
        LanguageCode.Http => "HTTP"u8,
        LanguageCode.Go => "GO"u8,
        LanguageCode.Php => "PHP"u8,
        LanguageCode.Oms => "OMS"u8,
        LanguageCode.Rust => "RUST"u8,
        LanguageCode.NodeJs => "NODE_JS"u8,
        _ => "OTHER"u8,
    };

    /// <summary>The language of a name; <see cref="LanguageCode.Other"/> if the name is not known.</summary>
    public static LanguageCode Parse(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual(Java))
            return LanguageCode.Java;

        for (LanguageCode language = LanguageCode.Cpp; language <= LanguageCode.NodeJs; language++)
        {
            if (name.SequenceEqual(Of(language)))
                return language;
        }

        return LanguageCode.Other;
    }

    /// <summary>The language of a number; <see cref="LanguageCode.Other"/> if the number is not known.</summary>
    public static LanguageCode FromNumber(int number) =>
        number is >= (int)LanguageCode.Java and <= (int)LanguageCode.NodeJs
            ? (LanguageCode)number
            : LanguageCode.Other;
}
