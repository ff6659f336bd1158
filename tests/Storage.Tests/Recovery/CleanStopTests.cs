using OrleansMq.Storage.Tests.Stores;

namespace OrleansMq.Storage.Tests.Recovery;

/// <summary>A closed store opens at once and as it was.</summary>
public sealed class CleanStopTests
{
    [Fact]
    public void Open_FindsEverything_WhenClosed()
    {
        using var test = new TestStore();
        Message[] messages = UncleanStopTests.Series("A", 0, 100);
        test.Send(messages);
        test.Reopen();

        Assert.Equal(messages, UncleanStopTests.Bodies(test, "A", 0));
        Assert.All(messages, message => Assert.Single(test.Store.FindByKey("A", message.Keys)));
        Assert.Equal(100, test.Store.Append(new Message("A", 0, "next")).QueueOffset);
    }

    [Fact]
    public void Open_ReadsNoRecordBack_WhenClosed()
    {
        using var test = new TestStore();
        test.Send(UncleanStopTests.Series("A", 0, 100));
        test.Reopen();

        Assert.Contains(" 0 records read back", test.Logger.Entries.Single(entry => entry.Id == 1001).Text, StringComparison.Ordinal);
        Assert.Equal(0, test.Store.Queues.MappedFiles);
    }

    [Fact]
    public void Open_ChangesNoByte_WhenClosed()
    {
        using var test = new TestStore();
        test.Send(UncleanStopTests.Series("A", 0, 100));
        test.Store.Worker("omq-prepare").PumpOnce();
        test.Close();
        Dictionary<string, string> before = test.Fingerprint();

        test.Open();
        test.Close();

        Assert.Equal(before, test.Fingerprint());
    }

    [Fact]
    public void Close_RemovesAbortFile()
    {
        using var test = new TestStore();
        Assert.True(File.Exists(test.PathOf("abort")));

        test.Close();

        Assert.False(File.Exists(test.PathOf("abort")));
    }

    [Fact]
    public void Close_LeavesAbortFile_WhenSealed()
    {
        using var test = new TestStore();
        test.Store.Log.Seal(new Files.StoreIOException("Broken."));

        test.Close();

        Assert.True(File.Exists(test.PathOf("abort")));
    }
}
