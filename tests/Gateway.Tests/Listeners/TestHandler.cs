using System.Buffers.Binary;
using System.Collections.Concurrent;
using OrleansMq.Gateway.Connections;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Tests.Listeners;

/// <summary>Does with a frame what the byte behind its header word says.</summary>
public sealed class TestHandler : IFrameHandler
{
    /// <summary>Answers with the same frame.</summary>
    public const byte Echo = (byte)'e';

    /// <summary>Answers with the same frame from another thread.</summary>
    public const byte EchoFromThread = (byte)'t';

    /// <summary>Answers with the same frame at the end of the batch.</summary>
    public const byte EchoAtBatchEnd = (byte)'a';

    /// <summary>Keeps the frame as a request in flight, until <see cref="ReleaseOne"/>.</summary>
    public const byte Hold = (byte)'h';

    /// <summary>Answers with a frame whose size is the number behind the byte.</summary>
    public const byte Big = (byte)'b';

    /// <summary>Sends the frame to all other connections.</summary>
    public const byte Forward = (byte)'f';

    /// <summary>Answers and closes.</summary>
    public const byte Close = (byte)'c';

    /// <summary>Throws.</summary>
    public const byte Throw = (byte)'x';

    /// <summary>Throws at the end of the batch.</summary>
    public const byte ThrowAtBatchEnd = (byte)'y';

    private readonly ConcurrentQueue<(Connection Connection, byte[] Frame)> _deferred = new();
    private readonly ConcurrentDictionary<long, Connection> _open = new();
    private readonly ConcurrentDictionary<long, int> _frames = new();
    private int _framesInBatch;
    private volatile bool _throwAtBatchEnd;

    public BlockingCollection<Connection> Connected { get; } = [];

    public BlockingCollection<Connection> Closed { get; } = [];

    public BlockingCollection<(Connection Connection, byte[] Frame)> Held { get; } = [];

    public bool ThrowOnConnected { get; set; }

    /// <summary>The connection of which <see cref="MostFramesInBatch"/> counts.</summary>
    public Connection? Watched { get; set; }

    public int MostFramesInBatch { get; private set; }

    /// <summary>How many frames of a connection were handed over.</summary>
    public int Frames(Connection connection) => _frames[connection.Id];

    /// <summary>Waits until a request is held, and leaves it so.</summary>
    public void WaitUntilHeld() =>
        Assert.True(SpinWait.SpinUntil(() => Held.Count > 0, TestGateway.Limit), "No request came in time.");

    public Connection TakeConnected() => Take(Connected);

    public Connection TakeClosed() => Take(Closed);

    /// <summary>Answers a request that is held.</summary>
    public void ReleaseOne()
    {
        (Connection connection, byte[] frame) = Take(Held);
        Answer(connection, frame);
        connection.RequestFinished();
    }

    public void OnConnected(Connection connection)
    {
        _frames[connection.Id] = 0;
        _open[connection.Id] = connection;
        if (ThrowOnConnected)
            throw new InvalidOperationException("connected");
        Connected.Add(connection);
    }

    public void OnClosed(Connection connection)
    {
        _open.TryRemove(connection.Id, out _);
        Closed.Add(connection);
    }

    public void OnFrame(Connection connection, ReadOnlyMemory<byte> frame)
    {
        _frames[connection.Id]++;
        if (connection == Watched)
            MostFramesInBatch = Math.Max(MostFramesInBatch, ++_framesInBatch);
        byte[] copy = frame.ToArray();
        switch (copy[FrameReader.HeaderWordBytes])
        {
            case EchoFromThread:
                connection.RequestStarted();
                ThreadPool.UnsafeQueueUserWorkItem(_ => AnswerHeld(connection, copy), null);
                break;
            case EchoAtBatchEnd:
                _deferred.Enqueue((connection, copy));
                break;
            case Hold:
                connection.RequestStarted();
                Held.Add((connection, copy));
                break;
            case Big:
                Answer(connection, new byte[BinaryPrimitives.ReadInt32BigEndian(copy.AsSpan(5))]);
                break;
            case Forward:
                foreach (Connection other in _open.Values.Where(other => other != connection))
                    Answer(other, copy);
                break;
            case Close:
                Answer(connection, copy);
                connection.Close("the peer asked for it");
                break;
            case Throw:
                throw new InvalidOperationException("frame");
            case ThrowAtBatchEnd:
                _throwAtBatchEnd = true;
                break;
            default:
                Answer(connection, copy);
                break;
        }
    }

    public void OnBatchEnd()
    {
        _framesInBatch = 0;
        while (_deferred.TryDequeue(out (Connection Connection, byte[] Frame) item))
            Answer(item.Connection, item.Frame);
        if (_throwAtBatchEnd)
        {
            _throwAtBatchEnd = false;
            throw new InvalidOperationException("batch end");
        }
    }

    /// <summary>Writes a frame.</summary>
    public static void Answer(Connection connection, ReadOnlySpan<byte> frame)
    {
        using (connection.Write(out OutputBuffer output))
        {
            BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), frame.Length);
            output.Advance(sizeof(int));
            output.Append(frame);
        }
    }

    /// <summary>Takes the next item; fails when none comes.</summary>
    public static T Take<T>(BlockingCollection<T> items)
    {
        Assert.True(items.TryTake(out T? item, TestGateway.Limit), $"No {typeof(T).Name} came in time.");
        return item;
    }

    private static void AnswerHeld(Connection connection, byte[] frame)
    {
        Answer(connection, frame);
        connection.RequestFinished();
    }
}
