using System.Text;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Tests.Remoting;

public sealed class CommandReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData("000000")]
    [InlineData("00000001")]
    [InlineData("00000003 7B7D")]
    public void Read_ReportsTruncated_WhenTheHeaderDoesNotFit(string frame) =>
        Assert.Equal(CommandDefect.Truncated, new CommandReader().Read(Frames.Bytes(frame)));

    [Theory]
    [InlineData("02000002 7B7D")]
    [InlineData("FF000002 7B7D")]
    public void Read_ReportsSerializeType_WhenItIsUnknown(string frame) =>
        Assert.Equal(CommandDefect.SerializeType, new CommandReader().Read(Frames.Bytes(frame)));

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void Read_ReportsTooManyFieldsAndKeepsOpaque_AboveTheLimit(SerializeType type)
    {
        var reader = new CommandReader(new CommandReaderOptions { MaxFields = 2 });
        var command = new RemotingCommand { Code = 1, Opaque = 42, SerializeType = type };
        command.Fields["a"] = "1";
        command.Fields["b"] = "2";
        Assert.Equal(CommandDefect.None, reader.Read(Frames.Encode(command)));

        command.Fields["c"] = "3";
        Assert.Equal(CommandDefect.TooManyFields, reader.Read(Frames.Encode(command)));
        Assert.Equal(0, reader.FieldCount);
        Assert.True(reader.HasOpaque);
        Assert.Equal(42, reader.Opaque);
    }

    [Fact]
    public void Read_CountsRepeatedNames_TowardsTheLimit()
    {
        var reader = new CommandReader(new CommandReaderOptions { MaxFields = 2 });

        Assert.Equal(
            CommandDefect.TooManyFields,
            reader.Read(Frames.Json("""{"code":1,"extFields":{"a":"1","a":"2","a":"3"}}""")));
    }

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void Read_ReportsHeaderTooLongAndKeepsOpaque_AboveTheLimit(SerializeType type)
    {
        var command = new RemotingCommand { Code = 1, Opaque = 42, SerializeType = type };
        command.Fields["a"] = new string('x', 6000);
        byte[] frame = Frames.Encode(command);
        int headerLength = frame.Length - FrameReader.HeaderWordBytes;

        var reader = new CommandReader(new CommandReaderOptions { MaxHeaderBytes = headerLength });
        Assert.Equal(CommandDefect.None, reader.Read(frame));
        Assert.Equal(command.Fields["a"], reader.Field("a"));

        reader = new CommandReader(new CommandReaderOptions { MaxHeaderBytes = headerLength - 1 });
        Assert.Equal(CommandDefect.HeaderTooLong, reader.Read(frame));
        Assert.True(reader.HasOpaque);
        Assert.Equal(42, reader.Opaque);
        Assert.Equal(0, reader.FieldCount);
        Assert.Equal(0, reader.Body.Length);
    }

    [Fact]
    public void Read_ForgetsTheCommandBefore()
    {
        CommandReader reader = Frames.Read(Frames.Json(
            """{"code":9,"flag":1,"language":"GO","opaque":3,"remark":"r","version":5,"extFields":{"a":"1"}}""",
            "body"));
        Assert.Equal("r", reader.Remark);

        Assert.Equal(CommandDefect.None, reader.Read(Frames.Json("""{"code":1}""")));
        Assert.Equal((1, 0, 0, 0), (reader.Code, reader.Flag, reader.Opaque, reader.Version));
        Assert.False(reader.HasOpaque);
        Assert.Null(reader.Remark);
        Assert.Equal(0, reader.FieldCount);
        Assert.Equal(0, reader.Body.Length);
    }

    [Fact]
    public void Read_KeepsFields_WhenHeadersShrinkAndGrow()
    {
        var reader = new CommandReader();
        foreach (int length in new[] { 1, 600, 5000, 1, 5000, 600 })
        {
            var command = new RemotingCommand { Code = 1 };
            command.Fields["name"] = new string('v', length);
            Assert.Equal(CommandDefect.None, reader.Read(Frames.Encode(command)));
            Assert.Equal(command.Fields["name"], reader.Field("name"));
        }
    }

    [Fact]
    public void TryGetField_FindsEachField_InAnyOrder()
    {
        CommandReader reader = Frames.Request(1, "a", "1", "topic", "2", "tonic", "3", "b", "4", "", "5");

        foreach ((string name, string value) in new[]
        {
            ("b", "4"), ("a", "1"), ("tonic", "3"), ("topic", "2"), ("topic", "2"), ("", "5"), ("a", "1"),
        })
            Assert.Equal(value, reader.Field(name));
        Assert.Null(reader.Field("c"));
        Assert.Null(reader.Field("toxic"));
    }

    [Fact]
    public void GetField_WalksAllFields_InTheOrderOfTheHeader()
    {
        CommandReader reader = Frames.Request(1, "a", "1", "b", "2");

        reader.GetField(1, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value);

        Assert.Equal("b", Encoding.UTF8.GetString(name));
        Assert.Equal("2", Encoding.UTF8.GetString(value));
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.GetField(2, out _, out _));
    }

    [Fact]
    public void Read_AllocatesNothing_OnceItIsWarm()
    {
        byte[] json = Frames.Json(Frames.JavaSend);
        byte[] binary = Frames.Encode(new RemotingCommand { Code = 1, SerializeType = SerializeType.Binary });
        CommandReader reader = Frames.Read(json);
        reader.Read(binary);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
        {
            reader.Read(json);
            reader.Read(binary);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Describe_HasASentence_ForEveryDefect() => Assert.All(
        Enum.GetValues<CommandDefect>(), defect => Assert.EndsWith(".", CommandDefects.Describe(defect)));
}
