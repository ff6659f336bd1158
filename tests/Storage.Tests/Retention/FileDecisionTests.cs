using OrleansMq.Storage.Retention;

namespace OrleansMq.Storage.Tests.Retention;

public sealed class FileDecisionTests
{
    private const long Now = 1_000_000_000_000;
    private const long End = 65_536;

    private static readonly long Hour = (long)TimeSpan.FromHours(1).TotalMilliseconds;

    [Theory]
    [InlineData(73, 0.5, DiskFullPolicy.Reject, long.MaxValue, long.MaxValue, "Delete")]
    [InlineData(71, 0.5, DiskFullPolicy.Reject, long.MaxValue, long.MaxValue, "Keep")]
    [InlineData(71, 0.99, DiskFullPolicy.Reject, long.MaxValue, long.MaxValue, "Keep")]
    [InlineData(71, 0.99, DiskFullPolicy.DropOldest, long.MaxValue, long.MaxValue, "Delete")]
    [InlineData(71, 0.85, DiskFullPolicy.DropOldest, long.MaxValue, long.MaxValue, "Keep")]
    [InlineData(73, 0.5, DiskFullPolicy.Reject, End - 1, long.MaxValue, "Keep")]
    [InlineData(73, 0.5, DiskFullPolicy.Reject, End, long.MaxValue, "Delete")]
    [InlineData(73, 0.99, DiskFullPolicy.Reject, End - 1, long.MaxValue, "Keep")]
    [InlineData(73, 0.99, DiskFullPolicy.DropOldest, End - 1, long.MaxValue, "Delete")]
    [InlineData(73, 0.5, DiskFullPolicy.Reject, long.MaxValue, End - 1, "MoveFirst")]
    [InlineData(73, 0.5, DiskFullPolicy.Reject, long.MaxValue, End, "Delete")]
    [InlineData(71, 0.5, DiskFullPolicy.Reject, long.MaxValue, 0, "Keep")]
    [InlineData(71, 0.99, DiskFullPolicy.DropOldest, 0, 0, "MoveFirst")]
    public void Decide_SaysWhatBecomesOfAFile(
        int hoursOld, double used, DiskFullPolicy policy, long wantedFrom, long neededFrom, string expected)
    {
        var options = new StoreOptions { DiskFullPolicy = policy };
        FileDecision decision = FileDecision.Decide(
            new FileFacts(End, Now - (hoursOld * Hour), wantedFrom, () => neededFrom), Now, used, options);

        Assert.Equal(expected, decision.Verdict.ToString());
        Assert.Equal(decision.Verdict == FileVerdict.Keep, decision.Reason.Length == 0);
    }

    [Fact]
    public void Decide_KeepsAFile_WhenNobodyKnowsHowOldItIs() =>
        Assert.Equal(
            FileVerdict.Keep,
            FileDecision.Decide(
                new FileFacts(End, 0, long.MaxValue, () => long.MaxValue), Now, 0.5, new StoreOptions()).Verdict);
}
