using OrleansMq.Interop.Tests.Clients;

namespace OrleansMq.Interop.Tests;

/// <summary>Bodies of every size arrive as they were sent.</summary>
public sealed class BodyTests(InteropBroker broker) : IClassFixture<InteropBroker>
{
    private const int MaxBytes = 4 * 1024 * 1024;

    [Fact]
    public async Task Send_DeliversTheSameBody_WhateverItsSize()
    {
        string topic = await broker.CreateTopicAsync("bodies");
        object[] messages =
        [
            new { text = "", keys = new[] { "empty" } },
            new { text = new string('x', 4_095), keys = new[] { "plain" } },
            new { text = new string('x', 100_000), keys = new[] { "compressed" } },
            new { text = "grüße 世界", keys = new[] { "utf-8" } },
        ];

        IReadOnlyList<ScriptEvent> sent = await broker.SendAsync(topic, messages);
        NodeScript consumer = await broker.ConsumeAsync(topic, "bodies-group");
        IReadOnlyList<ScriptEvent> received = await consumer.WaitForAsync("message", messages.Length);

        Assert.Equal(sent.Select(message => (message.Length, message.Sha1)), received.Select(message => (message.Length, message.Sha1)));
        Assert.Equal(["empty", "plain", "compressed", "utf-8"], received.Select(message => message.Keys));
    }

    [Fact]
    public async Task Send_KeepsTheBodyCompressed_WhenTheClientCompressedIt()
    {
        string topic = await broker.CreateTopicAsync("bodies-compressed");
        ScriptEvent sent = (await broker.SendAsync(topic, new { text = new string('x', 100_000) }))[0];

        ScriptEvent stored = await broker.RequestAsync(33, new { offset = PhysicalOffsetOf(sent) });

        Assert.Equal(0, stored.ResponseCode);
        Assert.InRange(stored.Body!.Length, 100, 1_000);
    }

    [Fact]
    public async Task Send_DeliversTheBody_WhenItHasTheLargestSize()
    {
        string topic = await broker.CreateTopicAsync("bodies-largest");

        IReadOnlyList<ScriptEvent> sent = await broker.SendAsync(Uncompressed(topic, MaxBytes));
        NodeScript consumer = await broker.ConsumeAsync(topic, "bodies-largest-group");
        IReadOnlyList<ScriptEvent> received = await consumer.WaitForAsync("message");

        Assert.Equal((MaxBytes, sent[0].Sha1), (received[0].Length, received[0].Sha1));
    }

    [Fact]
    public async Task Send_IsRefusedWithAReason_WhenTheBodyIsOneByteTooLong()
    {
        string topic = await broker.CreateTopicAsync("bodies-too-long");

        ScriptEvent result = (await broker.TrySendAsync(Uncompressed(topic, MaxBytes + 1)))[0];

        Assert.Equal(("failed", 13), (result.Event, result.ResponseCode));
        Assert.Contains((MaxBytes + 1).ToString(), result.Message!.Replace(",", "", StringComparison.Ordinal));
    }

    private object Uncompressed(string topic, int bytes) => new
    {
        nameServer = broker.Address, topic, compressAbove = int.MaxValue, messages = new[] { new { bytes } },
    };

    /// <summary>An offset message id ends with the position in the log, 16 hexadecimal digits.</summary>
    internal static long PhysicalOffsetOf(ScriptEvent sent) => Convert.ToInt64(sent.MessageId![^16..], 16);
}
