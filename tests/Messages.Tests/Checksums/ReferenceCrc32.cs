namespace OrleansMq.Messages.Tests.Checksums;

/// <summary>CRC-32 straight from its definition, one bit a step; shares no line with the code under test.</summary>
internal static class ReferenceCrc32
{
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint register = 0xFFFFFFFF;
        foreach (byte value in data)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                uint carry = (register ^ (uint)(value >> bit)) & 1;
                register >>= 1;
                if (carry == 1)
                    register ^= 0xEDB88320;
            }
        }

        return register ^ 0xFFFFFFFF;
    }
}
