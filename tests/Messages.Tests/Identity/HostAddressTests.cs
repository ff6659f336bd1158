using System.Net;
using OrleansMq.Messages.Identity;

namespace OrleansMq.Messages.Tests.Identity;

public sealed class HostAddressTests
{
    [Theory]
    [InlineData("10.1.2.3:10911", "0A010203" + "00002A9F")]
    [InlineData("0.0.0.0:0", "00000000" + "00000000")]
    [InlineData("255.255.255.255:65535", "FFFFFFFF" + "0000FFFF")]
    [InlineData("[2001:db8::1]:10911", "20010DB8000000000000000000000001" + "00002A9F")]
    [InlineData("[::]:1", "00000000000000000000000000000000" + "00000001")]
    public void Write_GivesNetworkOrder_AndReadTakesItBack(string endPoint, string expected)
    {
        var address = HostAddress.From(IPEndPoint.Parse(endPoint));
        byte[] bytes = new byte[address.SizeBytes];
        address.Write(bytes);
        Assert.Equal(expected, Convert.ToHexString(bytes));
        Assert.Equal(address, HostAddress.Read(bytes, address.IsIPv6));
        Assert.Equal(endPoint, address.ToString());
    }

    [Fact]
    public void From_GivesPlainIPv4_WhenTheAddressIsMapped() => Assert.Equal(
        HostAddress.From(IPEndPoint.Parse("10.1.2.3:5")), HostAddress.From(IPEndPoint.Parse("[::ffff:10.1.2.3]:5")));

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    [InlineData(int.MinValue)]
    public void ToEndPoint_GivesPortZero_WhenThePortIsOutOfRange(int port) =>
        Assert.Equal("10.1.2.3:0", new HostAddress(0x0A010203, port, false).ToString());

    [Fact]
    public void Sizes_AreFrozen()
    {
        Assert.Equal(8, HostAddress.IPv4SizeBytes);
        Assert.Equal(20, HostAddress.IPv6SizeBytes);
    }
}
