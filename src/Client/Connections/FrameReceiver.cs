using System.Buffers;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Connections;

/// <summary>Receives bytes and cuts them into commands, one after another. Not thread-safe.</summary>
internal sealed class FrameReceiver(Stream stream, ClientOptions options) : IDisposable
{
    private readonly int _maxFrameBytes = options.MaxFrameBytes;
    private readonly int _idleBytes = options.ReceiveBufferBytes;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(options.ReceiveBufferBytes);
    private int _start;
    private int _end;
    private int _wanted;

    /// <summary>The command that was read last; valid until the next one is.</summary>
    public CommandReader Command { get; } = new();

    /// <summary>Waits for more bytes; false when the other side has closed the connection.</summary>
    public async ValueTask<bool> TryReceiveAsync()
    {
        MakeRoom();
        int received = await stream.ReadAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
        _end += received;
        return received > 0;
    }

    /// <summary>Reads the next command into <see cref="Command"/>; false when more bytes are needed.</summary>
    /// <exception cref="InvalidDataException">What came is not the remoting protocol, or is too long.</exception>
    public bool TryRead()
    {
        FrameStatus status = FrameReader.TryRead(_buffer.AsSpan(_start, _end - _start), _maxFrameBytes, out int length);
        if (status is FrameStatus.TooLarge)
            throw new InvalidDataException(
                $"the broker sent a frame of {length} bytes; at most {_maxFrameBytes} are taken");
        if (status is FrameStatus.Malformed)
            throw new InvalidDataException("the other side does not speak the remoting protocol");

        _wanted = FrameReader.PrefixBytes + length;
        if (status != FrameStatus.Complete)
            return false;

        CommandDefect defect = Command.Read(_buffer.AsMemory(_start + FrameReader.PrefixBytes, length));
        if (defect != CommandDefect.None)
            throw new InvalidDataException($"the broker sent a command that cannot be read ({defect})");

        _start += _wanted;
        return true;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void MakeRoom()
    {
        int held = _end - _start;
        if (held == 0)
        {
            _start = _end = 0;
            if (_buffer.Length > 2 * _idleBytes)
                Exchange(ArrayPool<byte>.Shared.Rent(_idleBytes));
            return;
        }

        if (_wanted > _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_wanted);
            _buffer.AsSpan(_start, held).CopyTo(larger);
            Exchange(larger);
        }
        else if (_start + _wanted > _buffer.Length || _end == _buffer.Length)
        {
            _buffer.AsSpan(_start, held).CopyTo(_buffer);
        }
        else
        {
            return;
        }

        _start = 0;
        _end = held;
    }

    private void Exchange(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = buffer;
    }
}
