namespace OrleansMq.Messages.Checksums;

/// <summary>Remembers <see cref="Crc32.SkipFactor"/> for the lengths a thread meets again and again.</summary>
internal static class SkipFactors
{
    private const int Slots = 64;

    [ThreadStatic]
    private static (int Length, uint Factor)[]? _slots;

    public static uint Of(int length)
    {
        _slots ??= new (int, uint)[Slots];
        ref (int Length, uint Factor) slot = ref _slots[length % Slots];
        if (slot.Length != length || slot.Factor == 0)
            slot = (length, Crc32.SkipFactor(length));
        return slot.Factor;
    }
}
