using System.Text;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Tests.Remoting;

public sealed class JsonHeaderTests
{
    [Fact]
    public void Read_GivesAllMembers_OfTheJavaClientsSend()
    {
        CommandReader reader = Frames.Read(Frames.Json(Frames.JavaSend, "payload"));

        Assert.Equal(310, reader.Code);
        Assert.Equal(7, reader.Opaque);
        Assert.True(reader.HasOpaque);
        Assert.Equal(0, reader.Flag);
        Assert.Equal(435, reader.Version);
        Assert.Equal(LanguageCode.Java, reader.Language);
        Assert.Equal(SerializeType.Json, reader.SerializeType);
        Assert.Null(reader.Remark);
        Assert.False(reader.IsResponse);
        Assert.False(reader.IsOneWay);
        Assert.Equal("payload", Encoding.UTF8.GetString(reader.Body.Span));
        Assert.Equal(12, reader.FieldCount);
        Assert.Equal("KEYS\u0001k\u0002WAIT\u0001true\u0002", reader.Field("i"));
        Assert.Equal("1700000000000", reader.Field("g"));
        Assert.Null(reader.Field("l"));
    }

    [Fact]
    public void Read_GivesAllMembers_OfTheNodeClientsHeartbeat()
    {
        CommandReader reader = Frames.Read(Frames.Json(
            """{"code":34,"language":"JAVA","opaque":3,"flag":2,"version":79,"extFields":{}}""", "{}"));

        Assert.Equal((34, 3, 2, 79), (reader.Code, reader.Opaque, reader.Flag, reader.Version));
        Assert.True(reader.IsOneWay);
        Assert.Equal(0, reader.FieldCount);
    }

    [Fact]
    public void Read_GivesRemark_OfAResponse()
    {
        CommandReader reader = Frames.Read(Frames.Json(
            """{"code":17,"flag":1,"language":"GO","opaque":-5,"remark":"No topic \"t\"\n","version":409}"""));

        Assert.True(reader.IsResponse);
        Assert.Equal(-5, reader.Opaque);
        Assert.Equal(LanguageCode.Go, reader.Language);
        Assert.Equal("No topic \"t\"\n", reader.Remark);
        Assert.Equal(0, reader.Body.Length);
    }

    [Theory]
    [InlineData("\"v\"", "v")]
    [InlineData("\"\"", "")]
    [InlineData("12", "12")]
    [InlineData("-1.5e+3", "-1.5e+3")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("null", null)]
    [InlineData(@"""\""\\\/\b\f\n\r\t""", "\"\\/\b\f\n\r\t")]
    [InlineData(@"""\u0041\u00e9\u4E2d""", "A\u00e9\u4e2d")]
    [InlineData(@"""\ud83d\ude00!""", "\U0001F600!")]
    [InlineData(@"""\ud83d!""", "\uFFFD!")]
    [InlineData(@"""\ude00\ud83d""", "\uFFFD\uFFFD")]
    [InlineData("\"\u0001\t\"", "\u0001\t")]
    [InlineData("\"0123456789abcdef0123456789\\n0123456789abcdef0123456789\"",
        "0123456789abcdef0123456789\n0123456789abcdef0123456789")]
    public void Read_GivesFieldAsText_WhateverItsKind(string json, string? value) =>
        Assert.Equal(value, Frames.Read(Frames.Json("{\"code\":1,\"extFields\":{\"k\":" + json + "}}")).Field("k"));

    [Fact]
    public void Read_TakesTheLastValue_WhenANameComesTwice()
    {
        CommandReader reader = Frames.Read(Frames.Json(
            """{"code":1,"code":2,"extFields":{"k":"1","n":"x","k":"2","n":null}}"""));

        Assert.Equal(2, reader.Code);
        Assert.Equal("2", reader.Field("k"));
        Assert.Null(reader.Field("n"));
        Assert.Equal(1, reader.FieldCount);
    }

    [Fact]
    public void Read_SkipsUnknownMembers_OfAnyKind()
    {
        CommandReader reader = Frames.Read(Frames.Json(
            " { \"x\" : [ 1 , {\"y\":[[],{}]}, null ] ,\t\"suspended\":false,\n\"code\" : 5 , \"z\":{\"a\":\"}\"} } "));

        Assert.Equal(5, reader.Code);
    }

    [Fact]
    public void Read_AcceptsQuotedNumbersAndNulls_InKnownMembers()
    {
        CommandReader reader = Frames.Read(Frames.Json(
            """{"code":"11","opaque":"9","flag":null,"remark":null,"extFields":null,"language":9,"version":"1"}"""));

        Assert.Equal((11, 9, 0, 1), (reader.Code, reader.Opaque, reader.Flag, reader.Version));
        Assert.Equal(LanguageCode.Go, reader.Language);
        Assert.Null(reader.Remark);
    }

    [Fact]
    public void Read_FindsEscapedMemberNames() =>
        Assert.Equal(8, Frames.Read(Frames.Json("""{"\u0063ode":8}""")).Code);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"code\"")]
    [InlineData("{\"code\":")]
    [InlineData("{\"code\":1")]
    [InlineData("{\"code\":1,}")]
    [InlineData("{,\"code\":1}")]
    [InlineData("{\"code\":1}}")]
    [InlineData("{\"code\":1 \"a\":2}")]
    [InlineData("{code:1}")]
    [InlineData("{\"code\":-}")]
    [InlineData("{\"code\":1.}")]
    [InlineData("{\"code\":1,\"a\":tru}")]
    [InlineData("{\"code\":1,\"a\":[1,]}")]
    [InlineData("{\"code\":1,\"a\":[1}")]
    [InlineData("{\"code\":1,\"a\":\"\\x\"}")]
    [InlineData("{\"code\":1,\"a\":\"\\u00g0\"}")]
    [InlineData("{\"code\":1,\"a\":\"\\u00")]
    [InlineData("{\"code\":1,\"a\":\"\\")]
    [InlineData("{\"code\":1,\"a\":\"b")]
    [InlineData("{\"code\":1,\"a\":\"b\\n")]
    public void Read_ReportsJson_WhenTheGrammarIsBroken(string header) =>
        Assert.Equal(CommandDefect.Json, new CommandReader().Read(Frames.Json(header)));

    [Theory]
    [InlineData("{\"opaque\":7}")]
    [InlineData("{\"code\":1.5,\"opaque\":7}")]
    [InlineData("{\"code\":2147483648,\"opaque\":7}")]
    [InlineData("{\"code\":{},\"opaque\":7}")]
    [InlineData("{\"code\":1,\"version\":\"x\",\"opaque\":7}")]
    [InlineData("{\"code\":1,\"remark\":1,\"opaque\":7}")]
    [InlineData("{\"code\":1,\"language\":true,\"opaque\":7}")]
    [InlineData("{\"code\":1,\"extFields\":[],\"opaque\":7}")]
    [InlineData("{\"code\":1,\"extFields\":\"\",\"opaque\":7}")]
    [InlineData("{\"code\":1,\"extFields\":{\"a\":{\"b\":1}},\"opaque\":7}")]
    public void Read_ReportsMemberAndKeepsOpaque_WhenAValueIsOfTheWrongKind(string header)
    {
        var reader = new CommandReader();

        Assert.Equal(CommandDefect.Member, reader.Read(Frames.Json(header)));
        Assert.True(reader.HasOpaque);
        Assert.Equal(7, reader.Opaque);
        Assert.Equal(0, reader.FieldCount);
    }

    [Fact]
    public void Read_ReportsTooDeep_BehindTheDepthAllowed()
    {
        var reader = new CommandReader(new CommandReaderOptions { MaxDepth = 2 });

        Assert.Equal(CommandDefect.None, reader.Read(Frames.Json("{\"code\":1,\"a\":[[]]}")));
        Assert.Equal(CommandDefect.TooDeep, reader.Read(Frames.Json("{\"opaque\":1,\"code\":1,\"a\":[[[]]]}")));
        Assert.True(reader.HasOpaque);
    }

    [Fact]
    public void Read_ReportsText_WhenTheHeaderIsNoUtf8()
    {
        byte[] frame = Frames.Json("""{"code":1,"extFields":{"a":"?"},"opaque":7}""");
        frame[frame.AsSpan().IndexOf((byte)'?')] = 0xC3;
        var reader = new CommandReader();

        Assert.Equal(CommandDefect.Text, reader.Read(frame));
        Assert.Equal(7, reader.Opaque);
        Assert.True(reader.HasOpaque);
    }
}
