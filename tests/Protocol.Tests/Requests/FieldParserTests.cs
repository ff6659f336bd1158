using System.Text;
using OrleansMq.Protocol.Requests;
using OrleansMq.Protocol.Tests.Remoting;

namespace OrleansMq.Protocol.Tests.Requests;

public sealed class FieldParserTests
{
    [Fact]
    public void Fields_AreRead_ByKind()
    {
        var fields = new FieldParser(Frames.Request(
            10, "text", "t", "int", "-2147483648", "long", "9223372036854775807", "plus", "+5", "yes", "TRUE",
            "no", "0"));

        Assert.Equal("t", Encoding.UTF8.GetString(fields.RequiredText("text"u8)));
        Assert.Equal("t", fields.RequiredString("text"u8));
        Assert.Equal("t", fields.OptionalString("text"u8));
        Assert.Equal(int.MinValue, fields.RequiredInt32("int"u8));
        Assert.Equal(5, fields.OptionalInt32("plus"u8, 0));
        Assert.Equal(long.MaxValue, fields.RequiredInt64("long"u8));
        Assert.Equal(5L, fields.OptionalInt64("plus"u8, 0));
        Assert.True(fields.RequiredBoolean("yes"u8));
        Assert.False(fields.OptionalBoolean("no"u8, whenMissing: true));
        Assert.Null(fields.Problem);
    }

    [Fact]
    public void OptionalFields_TakeTheirDefault_WhenMissingOrEmpty()
    {
        var fields = new FieldParser(Frames.Request(10, "empty", ""));

        Assert.Equal(3, fields.OptionalInt32("none"u8, 3));
        Assert.Equal(3, fields.OptionalInt32("empty"u8, 3));
        Assert.Equal(4, fields.OptionalInt64("none"u8, 4));
        Assert.Equal(4, fields.OptionalInt64("empty"u8, 4));
        Assert.True(fields.OptionalBoolean("none"u8, whenMissing: true));
        Assert.True(fields.OptionalBoolean("empty"u8, whenMissing: true));
        Assert.Null(fields.OptionalString("none"u8));
        Assert.Null(fields.OptionalString("empty"u8));
        Assert.True(fields.OptionalText("none"u8).IsEmpty);
        Assert.Equal("", fields.RequiredString("empty"u8, mayBeEmpty: true));
        Assert.Null(fields.Problem);
    }

    [Theory]
    [InlineData("text", "The field 'none' is missing; SEND_MESSAGE needs it.")]
    [InlineData("int", "The field 'none' is missing; SEND_MESSAGE needs it.")]
    [InlineData("long", "The field 'none' is missing; SEND_MESSAGE needs it.")]
    [InlineData("boolean", "The field 'none' is missing; SEND_MESSAGE needs it.")]
    public void Problem_NamesTheField_WhenItIsMissing(string kind, string problem) =>
        Assert.Equal(problem, ProblemOf(kind, "none", "other", "x"));

    [Theory]
    [InlineData("text", "", "The field 'f' is ''; a text that is not empty is expected.")]
    [InlineData("int", "abc", "The field 'f' is 'abc'; a 32-bit number is expected.")]
    [InlineData("int", "", "The field 'f' is ''; a 32-bit number is expected.")]
    [InlineData("int", "2147483648", "The field 'f' is '2147483648'; a 32-bit number is expected.")]
    [InlineData("int", "1 ", "The field 'f' is '1 '; a 32-bit number is expected.")]
    [InlineData("int", "1.0", "The field 'f' is '1.0'; a 32-bit number is expected.")]
    [InlineData("optional int", "x", "The field 'f' is 'x'; a 32-bit number is expected.")]
    [InlineData("long", "9223372036854775808", "The field 'f' is '9223372036854775808'; a 64-bit number is expected.")]
    [InlineData("optional long", "x", "The field 'f' is 'x'; a 64-bit number is expected.")]
    [InlineData("boolean", "yes", "The field 'f' is 'yes'; 'true' or 'false' is expected.")]
    [InlineData("optional boolean", "2", "The field 'f' is '2'; 'true' or 'false' is expected.")]
    public void Problem_QuotesTheValue_WhenItIsWrong(string kind, string value, string problem) =>
        Assert.Equal(problem, ProblemOf(kind, "f", "f", value));

    [Fact]
    public void Problem_CutsTheValue_WhenItIsLong() => Assert.Equal(
        $"The field 'f' is '{new string('x', 64)}...'; a 32-bit number is expected.",
        ProblemOf("int", "f", "f", new string('x', 65)));

    [Fact]
    public void Problem_StaysTheFirst_WhenSeveralFieldsAreWrong()
    {
        var fields = new FieldParser(Frames.Request(10, "b", "x"));
        fields.RequiredInt32("a"u8);
        fields.RequiredInt32("b"u8);
        fields.RequiredText("c"u8);

        Assert.Equal("The field 'a' is missing; SEND_MESSAGE needs it.", fields.Problem);
    }

    private static string? ProblemOf(string kind, string asked, string name, string value)
    {
        var fields = new FieldParser(Frames.Request(10, name, value));
        byte[] field = Encoding.UTF8.GetBytes(asked);
        switch (kind)
        {
            case "text":
                fields.RequiredText(field);
                break;
            case "int":
                fields.RequiredInt32(field);
                break;
            case "optional int":
                fields.OptionalInt32(field, 0);
                break;
            case "long":
                fields.RequiredInt64(field);
                break;
            case "optional long":
                fields.OptionalInt64(field, 0);
                break;
            case "boolean":
                fields.RequiredBoolean(field);
                break;
            default:
                fields.OptionalBoolean(field);
                break;
        }

        return fields.Problem;
    }
}
