using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace OrleansMq.Messages.Checksums;

/// <summary>The CRC-32 of IEEE 802.3 (reflected polynomial 0xEDB88320), as zlib and Java compute it.</summary>
/// <remarks>
/// Folds 64 bytes a step with carry-less multiplication where the processor has it (V. Gopal et al., "Fast CRC
/// Computation for Generic Polynomials Using PCLMULQDQ", Intel 2009), else uses the ARM instruction or eight tables.
/// Values are final: the initial and the last complement are already applied. Thread-safe.
/// </remarks>
public static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int FoldBytes = 64;

    private static readonly uint[] Tables = BuildTables();
    private static readonly uint[] PowersOfX = BuildPowersOfX();

    /// <summary>The checksum of one block.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of a block whose checksum is <paramref name="crc"/>, followed by more bytes.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint register = ~crc;
        if (Pclmulqdq.IsSupported && data.Length >= FoldBytes)
        {
            int folded = data.Length & ~15;
            register = Fold(register, data[..folded]);
            data = data[folded..];
        }

        return ~(ArmCrc32.Arm64.IsSupported ? AppendArm(register, data) : AppendTables(register, data));
    }

    /// <summary>
    /// The number that <see cref="Combine"/> needs to skip over <paramref name="length"/> bytes: x^(8·length) modulo
    /// the polynomial. Costs some hundred nanoseconds; worth keeping for lengths that come again.
    /// </summary>
    public static uint SkipFactor(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        uint product = 1u << 31;
        for (int power = 3; length != 0; length >>= 1, power++)
        {
            if ((length & 1) != 0)
                product = Multiply(PowersOfX[power & 31], product);
        }

        return product;
    }

    /// <summary>
    /// The checksum of two adjacent blocks from the checksums of each, where <paramref name="secondSkipFactor"/> is
    /// <see cref="SkipFactor"/> of the second block's length.
    /// </summary>
    public static uint Combine(uint first, uint second, uint secondSkipFactor) =>
        Multiply(secondSkipFactor, first) ^ second;

    /// <summary>The product of two polynomials modulo the CRC polynomial; bit 31 is x^0.</summary>
    private static uint Multiply(uint a, uint b)
    {
        if (!Pclmulqdq.IsSupported)
            return MultiplyByBits(a, b);

        // Bit 63 of the doubled product is x^0: its upper half is reduced already, the lower one is x^32 times as much.
        ulong product = Pclmulqdq.CarrylessMultiply(
            Vector128.CreateScalar((ulong)a), Vector128.CreateScalar((ulong)b), 0x00).ToScalar() << 1;
        uint low = (uint)product;
        uint[] tables = Tables;
        return (uint)(product >> 32) ^ tables[(3 << 8) + (byte)low] ^ tables[(2 << 8) + (byte)(low >> 8)]
            ^ tables[(1 << 8) + (byte)(low >> 16)] ^ tables[low >> 24];
    }

    private static uint MultiplyByBits(uint a, uint b)
    {
        uint product = 0;
        for (int bit = 31; bit >= 0; bit--)
        {
            product ^= b & (0 - ((a >> bit) & 1));
            b = (b >> 1) ^ (Polynomial & (0 - (b & 1)));
        }

        return product;
    }

    private static uint Fold(uint register, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector128<ulong>> blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        Vector128<ulong> x1 = blocks[0] ^ Vector128.CreateScalar(register).AsUInt64();
        Vector128<ulong> x2 = blocks[1];
        Vector128<ulong> x3 = blocks[2];
        Vector128<ulong> x4 = blocks[3];
        blocks = blocks[4..];

        var by512 = Vector128.Create(0x0154442BD4ul, 0x01C6E41596ul);
        while (blocks.Length >= 4)
        {
            x1 = FoldInto(x1, by512, blocks[0]);
            x2 = FoldInto(x2, by512, blocks[1]);
            x3 = FoldInto(x3, by512, blocks[2]);
            x4 = FoldInto(x4, by512, blocks[3]);
            blocks = blocks[4..];
        }

        var by128 = Vector128.Create(0x01751997D0ul, 0x00CCAA009Eul);
        x1 = FoldInto(x1, by128, x2);
        x1 = FoldInto(x1, by128, x3);
        x1 = FoldInto(x1, by128, x4);
        foreach (Vector128<ulong> block in blocks)
            x1 = FoldInto(x1, by128, block);

        return Reduce(x1, by128);
    }

    private static Vector128<ulong> FoldInto(Vector128<ulong> value, Vector128<ulong> factors, Vector128<ulong> next) =>
        Pclmulqdq.CarrylessMultiply(value, factors, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, factors, 0x11) ^ next;

    private static uint Reduce(Vector128<ulong> value, Vector128<ulong> by128)
    {
        Vector128<ulong> lowWords = Vector128.Create(~0u, 0, ~0u, 0).AsUInt64();
        value = Sse2.ShiftRightLogical128BitLane(value, 8) ^ Pclmulqdq.CarrylessMultiply(value, by128, 0x10);
        value = Sse2.ShiftRightLogical128BitLane(value, 4)
            ^ Pclmulqdq.CarrylessMultiply(value & lowWords, Vector128.CreateScalar(0x0163CD6124ul), 0x00);

        var barrett = Vector128.Create(0x01DB710641ul, 0x01F7011641ul);
        Vector128<ulong> quotient = Pclmulqdq.CarrylessMultiply(value & lowWords, barrett, 0x10) & lowWords;
        return (value ^ Pclmulqdq.CarrylessMultiply(quotient, barrett, 0x00)).AsUInt32().GetElement(1);
    }

    private static uint AppendArm(uint register, ReadOnlySpan<byte> data)
    {
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
            register = ArmCrc32.Arm64.ComputeCrc32(register, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (byte value in data)
            register = ArmCrc32.ComputeCrc32(register, value);
        return register;
    }

    private static uint AppendTables(uint register, ReadOnlySpan<byte> data)
    {
        uint[] tables = Tables;
        for (; data.Length >= 8; data = data[8..])
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ register;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            register = tables[(7 << 8) + (byte)low] ^ tables[(6 << 8) + (byte)(low >> 8)]
                ^ tables[(5 << 8) + (byte)(low >> 16)] ^ tables[(4 << 8) + (byte)(low >> 24)]
                ^ tables[(3 << 8) + (byte)high] ^ tables[(2 << 8) + (byte)(high >> 8)]
                ^ tables[(1 << 8) + (byte)(high >> 16)] ^ tables[(byte)(high >> 24)];
        }

        foreach (byte value in data)
            register = tables[(byte)(register ^ value)] ^ (register >> 8);
        return register;
    }

    private static uint[] BuildTables()
    {
        var tables = new uint[8 * 256];
        for (uint value = 0; value < 256; value++)
        {
            uint crc = value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (Polynomial & (0 - (crc & 1)));
            tables[value] = crc;
        }

        for (int index = 256; index < tables.Length; index++)
            tables[index] = (tables[index - 256] >> 8) ^ tables[(byte)tables[index - 256]];
        return tables;
    }

    private static uint[] BuildPowersOfX()
    {
        var powers = new uint[32];
        powers[0] = 1u << 30;
        for (int index = 1; index < powers.Length; index++)
            powers[index] = Multiply(powers[index - 1], powers[index - 1]);
        return powers;
    }
}
