using OrleansMq.Messages.Records;

namespace OrleansMq.Messages.Tests.Records;

public sealed class RecordPatchTests
{
    [Fact]
    public void AddReconsumeTimes_KeepsTheRecordIntact()
    {
        var encoder = new RecordEncoder(new MessageDraft
        {
            Topic = "Orders"u8,
            QueueId = 3,
            Body = "body"u8,
            Properties = "A\u00011\u0002"u8,
            ReconsumeTimes = 2,
        });
        byte[] record = new byte[encoder.SizeBytes];
        encoder.Write(record, 7, 1000, 5);

        RecordPatch.AddReconsumeTimes(record, 4);

        Assert.Equal(RecordDefect.None, RecordView.TryRead(record, out RecordView view));
        Assert.Equal(RecordDefect.None, view.Verify(1000, requiresChecksum: true));
        Assert.Equal((6, 3, 7L), (view.ReconsumeTimes, view.QueueId, view.QueueOffset));
    }
}
