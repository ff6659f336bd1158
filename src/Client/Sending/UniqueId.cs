using System.Buffers.Binary;
using System.Text;

namespace OrleansMq.Client.Sending;

/// <summary>
/// The identifier that a producer gives a message: 16 bytes that are written as 32 hexadecimal digits, or a text of the
/// application's own. Text is made only where it is asked for.
/// </summary>
internal readonly struct UniqueId
{
    /// <summary>Digits of an identifier that was made here.</summary>
    public const int DigitCount = 32;

    private readonly string? _given;
    private readonly UInt128 _made;

    private UniqueId(string? given, UInt128 made) => (_given, _made) = (given, made);

    /// <summary>The text that the application gave; null for an identifier that was made here.</summary>
    public string? Given => _given;

    /// <summary>What the application gave, or else a new one.</summary>
    public static UniqueId Of(Message message, TimeProvider time) => message.UniqueKey is { } given
        ? new UniqueId(given, default)
        : new UniqueId(null, UniqueKeys.Next(time.GetUtcNow()));

    /// <summary>Writes the digits of an identifier that was made here.</summary>
    /// <param name="utf8">At least <see cref="DigitCount"/> bytes.</param>
    public void FormatMade(Span<byte> utf8)
    {
        Span<byte> bytes = stackalloc byte[DigitCount / 2];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _made);
        Convert.TryToHexString(bytes, utf8, out _);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_given is not null)
            return _given;

        Span<byte> digits = stackalloc byte[DigitCount];
        FormatMade(digits);
        return Encoding.ASCII.GetString(digits);
    }
}
