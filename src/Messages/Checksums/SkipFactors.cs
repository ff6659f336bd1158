namespace OrleansMq.Messages.Checksums;

/// <summary>Remembers <see cref="Crc32.SkipFactor"/> for the lengths a thread meets again and again.</summary>
internal static class SkipFactors
{
    private const int SlotBits = 6;

    [ThreadStatic]
    private static (int Length, uint Factor)[]? _slots;

    public static uint Of(int length)
    {
        _slots ??= new (int, uint)[1 << SlotBits];

        // A record needs two lengths, which often differ by a power of two: the remainder would put both in one slot.
        ref (int Length, uint Factor) slot = ref _slots[((uint)length * 0x9E3779B9u) >> (32 - SlotBits)];
        if (slot.Length != length || slot.Factor == 0)
            slot = (length, Crc32.SkipFactor(length));
        return slot.Factor;
    }
}
