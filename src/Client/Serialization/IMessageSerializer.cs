using System.Buffers;

namespace OrleansMq.Client.Serialization;

/// <summary>Makes bodies of values, and values of bodies. Implementations are thread-safe.</summary>
public interface IMessageSerializer
{
    /// <summary>What the property <see cref="ContentTypes.PropertyName"/> says of bodies of a type.</summary>
    string ContentTypeOf<T>();

    /// <summary>Writes a value.</summary>
    /// <exception cref="NotSupportedException">The type cannot be written; the message says what to do.</exception>
    void Serialize<T>(T value, IBufferWriter<byte> output);

    /// <summary>Reads a value; never null.</summary>
    /// <param name="body">The body; it may be kept.</param>
    /// <param name="contentType">What the producer said of it; null if nothing.</param>
    /// <exception cref="InvalidDataException">The body holds no such value: it never will.</exception>
    /// <exception cref="NotSupportedException">The type cannot be read; the message says what to do.</exception>
    T Deserialize<T>(ReadOnlyMemory<byte> body, string? contentType);
}
