using System.Text;

namespace OrleansMq.Storage.ConsumeQueues;

/// <summary>
/// Compares topics as strings and as the UTF-8 bytes that records and requests carry, with one hash for both.
/// </summary>
public sealed class TopicKeyComparer : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<byte>, string>
{
    private const int MaxStackBytes = 512;

    /// <summary>The only instance.</summary>
    public static TopicKeyComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

    /// <inheritdoc/>
    public int GetHashCode(string obj)
    {
        int length = Encoding.UTF8.GetMaxByteCount(obj.Length);
        Span<byte> bytes = length <= MaxStackBytes ? stackalloc byte[MaxStackBytes] : new byte[length];
        return GetHashCode(bytes[..Encoding.UTF8.GetBytes(obj, bytes)]);
    }

    /// <inheritdoc/>
    public bool Equals(ReadOnlySpan<byte> alternate, string other) =>
        Ascii.IsValid(other) ? Ascii.Equals(alternate, other) : Encoding.UTF8.GetString(alternate) == other;

    /// <inheritdoc/>
    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = default(HashCode);
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public string Create(ReadOnlySpan<byte> alternate) => Encoding.UTF8.GetString(alternate);
}
