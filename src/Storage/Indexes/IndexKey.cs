using OrleansMq.Messages.Properties;

namespace OrleansMq.Storage.Indexes;

/// <summary>
/// The hash under which a key of a topic is found: Java's hash of <c>topic#key</c>, without its sign.
/// </summary>
internal static class IndexKey
{
    /// <summary>The hash for a topic and key in UTF-8.</summary>
    public static int HashOf(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> key)
    {
        // Java's hash of a concatenation: hash(a)·31^length(b) + hash(b), lengths in UTF-16 units.
        int hash = (TagHash.Compute(topic) * 31) + '#';
        int units = System.Text.Encoding.UTF8.GetCharCount(key);
        int power = 1;
        for (int factor = 31; units > 0; units >>= 1, factor *= factor)
            power *= (units & 1) != 0 ? factor : 1;

        hash = (hash * power) + TagHash.Compute(key);
        return hash == int.MinValue ? 0 : Math.Abs(hash);
    }
}
