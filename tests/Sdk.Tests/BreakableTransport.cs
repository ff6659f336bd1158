using OrleansMq.Client.Transports;

namespace OrleansMq.Sdk.Tests;

/// <summary>Reaches a broker by TCP, over connections that can be cut, or made to stand still as a dead host does.</summary>
public sealed class BreakableTransport(string server) : IBrokerTransport, IDisposable
{
    private readonly SocketTransport _inner = new(server);
    private readonly Lock _gate = new();
    private List<BreakableStream> _streams = [];

    public IReadOnlyList<BrokerAddress> Seeds => _inner.Seeds;

    public async ValueTask<Stream> ConnectAsync(BrokerAddress broker, CancellationToken cancellation)
    {
        var stream = new BreakableStream(await _inner.ConnectAsync(broker, cancellation));
        lock (_gate)
            _streams.Add(stream);
        return stream;
    }

    /// <summary>Breaks all connections that are open.</summary>
    public void Break(bool stall)
    {
        List<BreakableStream> streams;
        lock (_gate)
            (streams, _streams) = (_streams, []);
        foreach (BreakableStream stream in streams)
            stream.Break(stall);
    }

    public void Dispose() => Break(stall: false);

    private sealed class BreakableStream(Stream inner) : Stream
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isStalled;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Break(bool stall)
        {
            if (stall)
                _isStalled = true;
            else
                inner.Dispose();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            if (!_isStalled)
                return read;
            await _closed.Task.WaitAsync(cancellationToken);
            throw new IOException("The connection stood still and was closed.");
        }

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_isStalled)
                await inner.WriteAsync(buffer, cancellationToken);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _closed.TrySetResult();
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
