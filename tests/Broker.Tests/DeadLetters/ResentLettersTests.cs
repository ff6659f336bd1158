using OrleansMq.Broker.DeadLetters;

namespace OrleansMq.Broker.Tests.DeadLetters;

public sealed class ResentLettersTests
{
    private readonly ResentLetters _letters = new(new DeadLetterOptions { MaxRemembered = 2 });

    [Fact]
    public void Claim_IsForOneAtATime()
    {
        Assert.Equal(ResendClaim.Claimed, _letters.Claim(100, isForced: false));
        Assert.Equal(ResendClaim.BeingSent, _letters.Claim(100, isForced: false));
        Assert.Equal(ResendClaim.BeingSent, _letters.Claim(100, isForced: true));
    }

    [Fact]
    public void Claim_IsFree_WhenTheCopyCouldNotBeStored()
    {
        _letters.Claim(100, isForced: false);
        _letters.GiveUp(100);

        Assert.Equal(ResendClaim.Claimed, _letters.Claim(100, isForced: false));
        Assert.Null(_letters.Find(100));
    }

    [Theory]
    [InlineData(false, ResendClaim.AlreadySent)]
    [InlineData(true, ResendClaim.Claimed)]
    public void Claim_NeedsForce_OnceItWasSent(bool isForced, ResendClaim expected)
    {
        _letters.Claim(100, isForced: false);
        Assert.True(_letters.Sent(100, copy: 200, atMilliseconds: 5));

        Assert.Equal(expected, _letters.Claim(100, isForced));
    }

    [Fact]
    public void Peek_SaysWhatAClaimWouldBe_AndClaimsNothing()
    {
        Assert.Equal(ResendClaim.Claimed, _letters.Peek(100, isForced: false, []));
        Assert.Equal(ResendClaim.Claimed, _letters.Claim(100, isForced: false));
        Assert.Equal(ResendClaim.BeingSent, _letters.Peek(100, isForced: true, []));

        _letters.Sent(100, copy: 200, atMilliseconds: 5);
        Assert.Equal(ResendClaim.AlreadySent, _letters.Peek(100, isForced: false, []));
        Assert.Equal(ResendClaim.Claimed, _letters.Peek(100, isForced: true, []));
    }

    [Fact]
    public void Peek_CountsWhatElseTheRunWouldClaim()
    {
        _letters.Sent(100, copy: 200, atMilliseconds: 5);
        Assert.Equal(ResendClaim.BeingSent, _letters.Peek(110, isForced: false, [110]));
        Assert.Equal(ResendClaim.Full, _letters.Peek(120, isForced: false, [110]));
        Assert.Equal(ResendClaim.Claimed, _letters.Peek(100, isForced: true, [110]));
    }

    [Fact]
    public void Sent_CountsEachCopyOnce_WhenTheLogIsReadAgain()
    {
        Assert.True(_letters.Sent(100, 200, 5));
        Assert.False(_letters.Sent(100, 200, 5));
        Assert.True(_letters.Sent(100, 300, 6));
        Assert.False(_letters.Sent(100, 200, 5));

        Assert.Equal(new ResentLetter(100, 300, 6, 2), _letters.Find(100));
    }

    [Fact]
    public void Claim_IsRefused_WhenNoMoreCanBeRemembered()
    {
        _letters.Sent(100, 200, 5);
        Assert.Equal(ResendClaim.Claimed, _letters.Claim(110, isForced: false));
        Assert.Equal(ResendClaim.Full, _letters.Claim(120, isForced: false));
        Assert.Equal(ResendClaim.Claimed, _letters.Claim(100, isForced: true));
    }

    [Fact]
    public void Sent_IsBelievedBeyondTheLimit()
    {
        for (int number = 1; number <= 3; number++)
            Assert.True(_letters.Sent(number, 100 + number, 5));
        Assert.Equal(3, _letters.Count);
    }

    [Fact]
    public void ForgetBelow_ForgetsWhatTheLogNoLongerKeeps()
    {
        _letters.Sent(100, 200, 5);
        _letters.Sent(150, 210, 5);

        Assert.True(_letters.ForgetBelow(120));
        Assert.False(_letters.ForgetBelow(120));
        Assert.False(_letters.Sent(100, 220, 6));
        Assert.Equal([150L], _letters.All.Select(letter => letter.PhysicalOffset));
    }

    [Fact]
    public void Snapshot_GivesBackWhatWasWritten()
    {
        ResentLetter[] letters = [new(100, 200, 5, 1), new(long.MaxValue, 7, 8, int.MaxValue)];
        Assert.True(ResentSnapshot.TryDecode(
            ResentSnapshot.Encode(500, letters), out IReadOnlyList<ResentLetter>? read, out _));
        Assert.Equal(letters, read);
    }

    [Fact]
    public void Snapshot_IsRefused_WhenAnyByteIsDifferent()
    {
        byte[] file = ResentSnapshot.Encode(500, [new ResentLetter(100, 200, 5, 1)]);
        for (int at = 0; at < file.Length; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= 1;
            Assert.False(ResentSnapshot.TryDecode(damaged, out _, out string? problem));
            Assert.NotEmpty(problem);
            Assert.False(ResentSnapshot.TryDecode(file.AsSpan(0, at), out _, out _));
        }
    }
}
