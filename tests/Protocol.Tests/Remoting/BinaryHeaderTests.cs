using System.Text;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Tests.Remoting;

public sealed class BinaryHeaderTests
{
    // code 14, JAVA, version 409, opaque 258, flag 0, no remark, 27 bytes of fields: topic=t, queueId=12.
    private const string Query =
        "000E 00 0199 00000102 00000000 00000000 0000001B 0005 746F706963 00000001 74 "
        + "0007 71756575654964 00000002 3132";

    [Fact]
    public void Read_GivesAllMembers_OfARequest()
    {
        CommandReader reader = Frames.Read(Frames.Binary(Query, "xyz"));

        Assert.Equal(14, reader.Code);
        Assert.Equal(LanguageCode.Java, reader.Language);
        Assert.Equal(409, reader.Version);
        Assert.Equal(258, reader.Opaque);
        Assert.True(reader.HasOpaque);
        Assert.Equal(SerializeType.Binary, reader.SerializeType);
        Assert.Null(reader.Remark);
        Assert.Equal(2, reader.FieldCount);
        Assert.Equal("t", reader.Field("topic"));
        Assert.Equal("12", reader.Field("queueId"));
        Assert.Equal("xyz", Encoding.UTF8.GetString(reader.Body.Span));
    }

    [Fact]
    public void Read_GivesRemark_OfAResponse()
    {
        CommandReader reader = Frames.Read(Frames.Binary("0011 63 0000 00000001 00000001 00000002 6E6F 00000000"));

        Assert.True(reader.IsResponse);
        Assert.Equal("no", reader.Remark);
        Assert.Equal(LanguageCode.Other, reader.Language);
    }

    [Fact]
    public void Read_TakesTheLastValue_WhenANameComesTwice()
    {
        CommandReader reader = Frames.Read(Frames.Binary(
            "000E 00 0199 00000102 00000000 00000000 00000010 0001 61 00000001 31 0001 61 00000001 32"));

        Assert.Equal(1, reader.FieldCount);
        Assert.Equal("2", reader.Field("a"));
    }

    [Theory]
    [InlineData("0D72", 200050)]
    [InlineData("0D73", 200051)]
    [InlineData("0D75", 200053)]
    [InlineData("0D78", 200056)]
    [InlineData("0DD7", 200151)]
    [InlineData("0D71", 3441)]
    [InlineData("0D79", 3449)]
    [InlineData("FFFF", -1)]
    public void Read_WidensPopCodes_OfRequests(string code, int expected) => Assert.Equal(
        expected, Frames.Read(Frames.Binary(code + "00 0199 00000001 00000000 00000000 00000000")).Code);

    [Fact]
    public void Read_LeavesCodesAlone_OfResponses() => Assert.Equal(
        3442, Frames.Read(Frames.Binary("0D72 00 0199 00000001 00000001 00000000 00000000")).Code);

    [Theory]
    [InlineData("000E 00 0199 00000102 00000000 00000000 000000")]
    [InlineData("000E 00 0199 00000102 00000000 00000001 00000000")]
    [InlineData("000E 00 0199 00000102 00000000 FFFFFFFF 00000000")]
    [InlineData("000E 00 0199 00000102 00000000 7FFFFFFF 00000000")]
    [InlineData("000E 00 0199 00000102 00000000 00000000 00000001")]
    [InlineData("000E 00 0199 00000102 00000000 00000000 00000000 00")]
    [InlineData("000E 00 0199 00000102 00000000 00000000 FFFFFFFF")]
    [InlineData("000E 00 0199 00000102 00000000 00000000 00000001 00")]
    [InlineData("000E 00 0199 00000102 00000000 00000000 00000006 0001 00000000")]
    [InlineData("000E 00 0199 00000102 00000000 00000000 00000006 FFFF 00000000")]
    [InlineData("000E 00 0199 00000102 00000000 00000000 00000007 0001 61 00000001")]
    [InlineData("000E 00 0199 00000102 00000000 00000000 00000007 0001 61 FFFFFFFF")]
    public void Read_ReportsLengthsAndKeepsOpaque_WhenTheyDoNotAddUp(string header)
    {
        var reader = new CommandReader();

        Assert.Equal(CommandDefect.Lengths, reader.Read(Frames.Binary(header)));
        Assert.True(reader.HasOpaque);
        Assert.Equal(258, reader.Opaque);
        Assert.Equal(0, reader.FieldCount);
    }

    [Fact]
    public void Read_HasNoOpaque_WhenTheHeaderEndsBeforeIt()
    {
        var reader = new CommandReader();

        Assert.Equal(CommandDefect.Lengths, reader.Read(Frames.Binary("000E 00 0199 000001")));
        Assert.False(reader.HasOpaque);
    }

    [Theory]
    [InlineData("000E 00 0199 00000102 00000000 00000001 C3 00000000")]
    [InlineData("000E 00 0199 00000102 00000000 00000000 00000008 0001 61 00000001 C3")]
    [InlineData("000E 00 0199 00000102 00000000 00000000 00000008 0001 C3 00000001 61")]
    public void Read_ReportsText_WhenItIsNoUtf8(string header) =>
        Assert.Equal(CommandDefect.Text, new CommandReader().Read(Frames.Binary(header)));

    [Fact]
    public void Read_AcceptsUtf8_InFields() => Assert.Equal("\u00e9", Frames.Read(Frames.Binary(
        "000E 00 0199 00000102 00000000 00000000 00000009 0001 61 00000002 C3A9")).Field("a"));
}
