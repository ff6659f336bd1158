using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Broker.Delays;
using OrleansMq.Broker.Metadata;
using OrleansMq.Broker.Nodes;
using OrleansMq.Broker.Tests.Nodes;
using OrleansMq.Storage;
using OrleansMq.Storage.Files;

namespace OrleansMq.Broker.Tests.Delays;

public sealed class DelayedMessagesTests
{
    /// <summary>The snapshot on disk is of an earlier state: no later position may count as durable meanwhile.</summary>
    [Fact]
    public void PrepareDurable_AsksAgain_WhenThereWasNoSpaceForTheSnapshot()
    {
        var files = new FullFiles { IsFull = true };
        var delayed = new DelayedMessages(
            new BrokerOptions(), new StoreOptions(), files,
            new BrokerIdentity("DefaultCluster", "broker-a", new IPEndPoint(IPAddress.Loopback, 9876)),
            new ManualTime(), NullLogger.Instance);

        Assert.Throws<StoreIOException>(delayed.PrepareDurable(100)!);
        Assert.Equal(0, delayed.DurableUntil);
        Assert.Throws<StoreIOException>(delayed.PrepareDurable(200)!);
        Assert.Equal(0, delayed.DurableUntil);
        files.IsFull = false;
        delayed.PrepareDurable(300)!();

        Assert.Equal(300, delayed.DurableUntil);
        Assert.True(files.IsWritten);
    }

    private sealed class FullFiles : IMetadataFiles
    {
        public bool IsFull { get; set; }

        public bool IsWritten { get; private set; }

        public byte[]? TryRead(string name) => null;

        public void Replace(string name, ReadOnlySpan<byte> content)
        {
            if (IsFull)
                throw new StoreIOException("There is no space.") { IsDiskFull = true };
            IsWritten = true;
        }
    }
}
