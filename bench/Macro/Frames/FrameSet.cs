using System.Runtime.InteropServices;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Bench.Macro.Frames;

/// <summary>
/// Request frames that are encoded once and lie behind each other in memory of their own; a frame's place is its
/// opaque. They are sent from where they lie, so that a row of them goes out in one call without being copied.
/// </summary>
internal sealed unsafe class FrameSet : IDisposable
{
    private readonly byte* _bytes;
    private readonly int[] _starts;

    /// <summary>Encodes frames.</summary>
    /// <param name="count">How many.</param>
    /// <param name="write">Appends the frame with the opaque that is given.</param>
    public FrameSet(int count, Action<OutputBuffer, int> write)
    {
        using var buffer = new OutputBuffer();
        _starts = new int[count + 1];
        for (int slot = 0; slot < count; slot++)
        {
            write(buffer, slot);
            _starts[slot + 1] = buffer.Length;
        }

        _bytes = (byte*)NativeMemory.Alloc((nuint)buffer.Length);
        buffer.WrittenSpan.CopyTo(new Span<byte>(_bytes, buffer.Length));
    }

    /// <summary>How many frames there are.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>The first byte of the first frame.</summary>
    public byte* Bytes => _bytes;

    /// <summary>Where a frame begins; that of <see cref="Count"/> is where the last one ends.</summary>
    public int StartOf(int slot) => _starts[slot];

    /// <summary>A frame's bytes, to be patched while it is not on its way.</summary>
    public Span<byte> this[int slot] => new(_bytes + _starts[slot], _starts[slot + 1] - _starts[slot]);

    public void Dispose() => NativeMemory.Free(_bytes);
}
