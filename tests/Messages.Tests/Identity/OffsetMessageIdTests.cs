using System.Net;
using OrleansMq.Messages.Identity;

namespace OrleansMq.Messages.Tests.Identity;

public sealed class OffsetMessageIdTests
{
    private const string IPv4Text = "0A01020300002A9F00000000000010FF";
    private const string IPv6Text = "20010DB800000000000000000000000100002A9F00000000000010FF";

    [Theory]
    [InlineData("10.1.2.3:10911", IPv4Text)]
    [InlineData("[2001:db8::1]:10911", IPv6Text)]
    public void ToString_GivesAddressPortAndOffset_InUpperCase(string broker, string expected)
    {
        var id = new OffsetMessageId(HostAddress.From(IPEndPoint.Parse(broker)), 0x10FF);
        Assert.Equal(expected, id.ToString());
        Assert.True(OffsetMessageId.TryParse(expected, out OffsetMessageId parsed));
        Assert.Equal(id, parsed);
    }

    [Fact]
    public void TryParse_TakesLowerCase() => Assert.Equal(IPv4Text, Parse(IPv4Text.ToLowerInvariant()).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("0A01020300002A9F00000000000010F")]
    [InlineData("0A01020300002A9F00000000000010FF0")]
    [InlineData("0A01020300002A9F00000000000010FG")]
    [InlineData("0A01020300002A9F 0000000000010FF")]
    [InlineData("\uFF10A01020300002A9F00000000000010FF")]
    [InlineData("0x01020300002A9F00000000000010FF")]
    public void TryParse_Refuses_WhenTheTextIsNoIdentifier(string text)
    {
        Assert.False(OffsetMessageId.TryParse(text, out OffsetMessageId id));
        Assert.Equal(default, id);
    }

    [Fact]
    public void TryParse_Refuses_AtEveryOtherLength()
    {
        for (int length = 0; length <= 200; length++)
            Assert.Equal(length is 32 or 56, OffsetMessageId.TryParse(new string('0', length), out _));
    }

    [Fact]
    public void Format_Throws_WhenTheDestinationIsTooShort() =>
        Assert.Throws<ArgumentException>(() => Parse(IPv4Text).Format(new byte[31]));

    [Fact]
    public void Format_LeavesTheRest_WhenTheDestinationIsLonger()
    {
        byte[] destination = new byte[OffsetMessageId.MaxLength];
        Assert.Equal(32, Parse(IPv4Text).Format(destination));
        Assert.Equal(new byte[24], destination[32..]);
    }

    private static OffsetMessageId Parse(string text) =>
        OffsetMessageId.TryParse(text, out OffsetMessageId id) ? id : throw new ArgumentException(text);
}
