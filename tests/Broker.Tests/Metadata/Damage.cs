using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.Tests.Metadata;

/// <summary>Damages a file in every place and looks at what its decoder makes of it.</summary>
internal static class Damage
{
    public static void AssertProblem<T>(MetadataFile.Decoder<T> decode, byte[] content)
        where T : class
    {
        Assert.False(decode(content, out T? state, out string? problem));
        Assert.Null(state);
        Assert.NotEmpty(problem!);
    }

    /// <summary>Every shorter file gives a problem, every changed byte a state or a problem.</summary>
    public static void AssertNeverThrows<T>(MetadataFile.Decoder<T> decode, byte[] content)
        where T : class
    {
        for (int length = 0; length < content.Length; length++)
            AssertProblem(decode, content[..length]);

        foreach (byte value in "\0\"{}[],:-0\\\u0080"u8)
        {
            for (int at = 0; at < content.Length; at++)
            {
                byte[] damaged = [.. content];
                damaged[at] = value;
                bool isRead = decode(damaged, out T? state, out string? problem);
                Assert.Equal(isRead, state is not null);
                Assert.Equal(isRead, problem is null);
            }
        }
    }
}
