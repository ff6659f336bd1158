using OrleansMq.BrokerProcesses;
using OrleansMq.Client;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Sending;

namespace OrleansMq.Crash.Tests;

/// <summary>What a broker says and still gives when its files were damaged while it was down.</summary>
public sealed class DamageTests : IDisposable
{
    private const string Topic = "damaged";
    private const int Messages = 100;
    private const int BodyBytes = 2_000;
    private const int LogFileBytes = 65_536;

    /// <summary>No checkpoint is written while it runs, so that what a kill leaves does not depend on the time.</summary>
    private static readonly string[] Arguments =
    [
        $"--OrleansMq:Store:CommitLogFileBytes={LogFileBytes}", "--OrleansMq:Store:MaxMessageBytes=20000",
        "--OrleansMq:Store:ConsumeQueueFileEntries=1000", "--OrleansMq:Store:CheckpointInterval=00:10:00",
        "--OrleansMq:Store:IndexFileSlots=1000", "--OrleansMq:Store:IndexFileEntries=4000",
    ];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Start_CutsTheLastRecord_WhenItIsTorn()
    {
        long[] positions = await FillAsync(isKilled: true);
        Overwrite(positions[^1] + (BodyBytes / 2), new byte[BodyBytes]);

        await using BrokerProcess broker = await StartAsync();

        Assert.Contains("are no whole record", broker.Log);
        Assert.Equal(Numbers(Messages - 1), await ReadAsync(broker));
        Assert.Equal(Messages - 1, await SendAsync(broker));
    }

    /// <summary>Without a checkpoint the whole log is read again, and all of it counts as flushed.</summary>
    [Fact]
    public async Task Start_FencesARecordOff_WhenABitOfItIsFlipped()
    {
        const int Damaged = 40;
        long[] positions = await FillAsync(isKilled: true);
        File.Delete(PathOf("checkpoint"));
        FlipBit(positions[Damaged] + (BodyBytes / 2));

        await using BrokerProcess broker = await StartAsync();

        Assert.Contains($"DAMAGE in the log: the bytes {positions[Damaged]} to {positions[Damaged + 1]}", broker.Log);
        Assert.Equal(Numbers(Messages).Where(number => number != Damaged), await ReadAsync(broker));
        Assert.Equal(Messages, await SendAsync(broker));
    }

    [Fact]
    public async Task Pull_PassesOverARecord_WhenItWasDamagedAfterACleanStop()
    {
        const int Damaged = 40;
        long[] positions = await FillAsync(isKilled: false);
        FlipBit(positions[Damaged] + (BodyBytes / 2));

        await using BrokerProcess broker = await StartAsync();

        Assert.Equal(Numbers(Messages).Where(number => number != Damaged), await ReadAsync(broker));
    }

    [Fact]
    public async Task Start_RestoresAQueue_WhenItsFileIsHalfWritten()
    {
        await FillAsync(isKilled: true);
        const int EntryBytes = 20;
        string file = Directory.GetFiles(PathOf("consumequeue", Topic, "0")).Single();
        await using (FileStream queue = File.OpenWrite(file))
            queue.SetLength((Messages / 2 * EntryBytes) + 7);

        await using BrokerProcess broker = await StartAsync();

        Assert.Equal(Numbers(Messages), await ReadAsync(broker));
        Assert.Equal(Messages, await SendAsync(broker));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_ReadsTheWholeLog_WhenTheCheckpointIsMissing(bool isKilled)
    {
        await FillAsync(isKilled);
        File.Delete(PathOf("checkpoint"));

        await using BrokerProcess broker = await StartAsync();

        Assert.Contains("The checkpoint is missing", broker.Log);
        Assert.Equal(Numbers(Messages), await ReadAsync(broker));
    }

    [Fact]
    public async Task Start_IsRefused_WhenALogFileIsMissing()
    {
        await FillAsync(isKilled: false);
        string missing = $"{LogFileBytes:D20}";
        File.Delete(PathOf("commitlog", missing));

        (int exitCode, string log) = await BrokerProcess.RunToEndAsync(_directory.Path, Arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains($"The broker did not start: The log file '{missing}' is missing", log);
    }

    [Fact]
    public async Task Start_IsRefused_WhenTheStoreIsInUse()
    {
        await using BrokerProcess broker = await StartAsync();

        (int exitCode, string log) = await BrokerProcess.RunToEndAsync(_directory.Path, Arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains("is in use by another process", log);
    }

    [Fact]
    public async Task Start_IsRefused_WhenMetadataAndItsBackupAreUnreadable()
    {
        await FillAsync(isKilled: false);
        await File.WriteAllTextAsync(PathOf("config", "topics.json"), "{ \"topicConfigTable\": ");
        await File.WriteAllTextAsync(PathOf("config", "topics.json.bak"), "?");

        (int exitCode, string log) = await BrokerProcess.RunToEndAsync(_directory.Path, Arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains("'topics.json' is damaged", log);
        Assert.Contains("'topics.json.bak' is damaged too", log);
    }

    [Fact]
    public async Task Start_TakesTheBackup_WhenMetadataIsUnreadable()
    {
        await FillAsync(isKilled: false);
        File.Copy(PathOf("config", "topics.json"), PathOf("config", "topics.json.bak"), overwrite: true);
        await File.WriteAllTextAsync(PathOf("config", "topics.json"), "{ \"topicConfigTable\": ");

        await using BrokerProcess broker = await StartAsync();

        Assert.Contains("The previous content was read from 'topics.json.bak'", broker.Log);
        Assert.Equal(Numbers(Messages), await ReadAsync(broker));
    }

    /// <summary>Makes a store with numbered messages; gives their positions in the log.</summary>
    private async Task<long[]> FillAsync(bool isKilled)
    {
        long[] positions = new long[Messages];
        await using BrokerProcess broker = await StartAsync();
        await using BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint);
        await client.CreateTopicAsync(Topic, 1);
        for (int number = 0; number < Messages; number++)
            await client.SendAsync(MessageOf(number), 0);
        IReadOnlyList<ReceivedMessage> stored = await ReadMessagesAsync(client);
        for (int number = 0; number < Messages; number++)
            positions[number] = stored[number].PhysicalOffset;

        if (isKilled)
            await broker.KillAsync();
        else
            Assert.Equal(0, await broker.StopAsync());
        return positions;
    }

    private Task<BrokerProcess> StartAsync() => BrokerProcess.StartAsync(_directory.Path, 0, Arguments);

    /// <summary>The body is the message's number, then bytes that the number decides.</summary>
    private static Message MessageOf(int number)
    {
        byte[] body = new byte[BodyBytes];
        new Random(number).NextBytes(body);
        BitConverter.TryWriteBytes(body, number);
        return new Message { Topic = Topic, Body = body };
    }

    private static async Task<long> SendAsync(BrokerProcess broker)
    {
        await using BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint);
        return (await client.SendAsync(MessageOf(Messages), 0)).QueueOffset;
    }

    /// <summary>The numbers of the messages that can be read, whose bodies are as they were sent.</summary>
    private static async Task<IEnumerable<int>> ReadAsync(BrokerProcess broker)
    {
        await using BrokerClient client = await BrokerClient.ConnectAsync(broker.EndPoint);
        IReadOnlyList<ReceivedMessage> messages = await ReadMessagesAsync(client);
        int[] numbers = [.. messages.Select(message => BitConverter.ToInt32(message.Body.Span))];
        Assert.All(messages.Zip(numbers), pair => Assert.Equal(MessageOf(pair.Second).Body.ToArray(), pair.First.Body.ToArray()));
        return numbers;
    }

    private static async Task<IReadOnlyList<ReceivedMessage>> ReadMessagesAsync(BrokerClient client)
    {
        var messages = new List<ReceivedMessage>();
        long max = await client.GetMaxOffsetAsync(Topic, 0);
        long offset = 0;
        while (offset < max)
        {
            PullOutcome pull = await client.PullAsync(new PullRequest("auditor", Topic, 0, offset));
            messages.AddRange(pull.Messages);
            Assert.True(pull.NextOffset > offset, $"A pull at {offset} of {max} did not get on.");
            offset = pull.NextOffset;
        }

        return messages;
    }

    private void Overwrite(long position, byte[] bytes)
    {
        using FileStream log = File.Open(PathOf("commitlog", $"{position / LogFileBytes * LogFileBytes:D20}"), FileMode.Open);
        log.Position = position % LogFileBytes;
        log.Write(bytes);
    }

    private void FlipBit(long position)
    {
        using FileStream log = File.Open(PathOf("commitlog", $"{position / LogFileBytes * LogFileBytes:D20}"), FileMode.Open);
        log.Position = position % LogFileBytes;
        int value = log.ReadByte();
        log.Position--;
        log.WriteByte((byte)(value ^ 1));
    }

    private static IEnumerable<int> Numbers(int count) => Enumerable.Range(0, count);

    private string PathOf(params string[] names) => Path.Combine([_directory.Path, .. names]);
}
