using System.Text;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Protocol.Tests.Remoting;

public sealed class CommandWriterTests : IDisposable
{
    private readonly OutputBuffer _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Complete_GivesGoldenBytes_ForAJsonResponse()
    {
        CommandWriter writer = CommandWriter.BeginResponse(_output, ResponseCode.TopicNotExist, 7, SerializeType.Json);
        writer.Remark("no \"t\"\n");
        writer.Field("queueOffset"u8, -12);
        writer.Field("on"u8, true);
        writer.Body("xy"u8);
        writer.Complete();

        const string Header =
            """{"code":17,"flag":1,"language":"DOTNET","opaque":7,"serializeTypeCurrentRPC":"JSON","version":409"""
            + """,""" + "\"remark\":\"no \\\"t\\\"\\u000a\"" + ""","extFields":{"queueOffset":"-12","on":"true"}}""";
        byte[] expected = [0, 0, 0, (byte)(Header.Length + 6), 0, 0, 0, (byte)Header.Length,
            .. Encoding.UTF8.GetBytes(Header), .. "xy"u8];
        Assert.Equal(expected, _output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Complete_GivesGoldenBytes_ForABinaryResponse()
    {
        CommandWriter writer = CommandWriter.BeginResponse(_output, ResponseCode.Success, 258, SerializeType.Binary);
        writer.Remark("ok"u8);
        writer.Field("offset"u8, 10);
        writer.Body("xy"u8);
        writer.Complete();

        Assert.Equal(
            Frames.Bytes(
                "0000002B 01000025 0000 02 0199 00000102 00000001 00000002 6F6B 0000000E "
                + "0006 6F6666736574 00000002 3130 7879"),
            _output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Complete_GivesGoldenBytes_ForABinaryRequestWithNothingInIt()
    {
        CommandWriter writer = CommandWriter.BeginRequest(
            _output, RequestCode.NotifyConsumerIdsChanged, 1, SerializeType.Binary, isOneWay: true);
        writer.Complete();

        Assert.Equal(
            Frames.Bytes("00000019 01000015 0028 02 0199 00000001 00000002 00000000 00000000"),
            _output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Begin_KeepsTheLowSixteenBits_OfABinaryCode()
    {
        CommandWriter writer = CommandWriter.BeginRequest(_output, RequestCode.PopMessage, 1, SerializeType.Binary);
        writer.Complete();

        Assert.Equal(200050, Frames.Read(_output.WrittenSpan[4..].ToArray()).Code);
    }

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void Write_IsReadBack_WhateverTheTextsAre(SerializeType type)
    {
        string all = string.Concat(Enumerable.Range(1, 0x2FF).Select(code => (char)code)) + "\u4e2d\U0001F600";
        var command = new RemotingCommand
        {
            Code = 11,
            Flag = CommandFlags.OneWay,
            Opaque = int.MinValue,
            Remark = all,
            SerializeType = type,
            Language = LanguageCode.Rust,
            Version = 12,
            Body = Encoding.UTF8.GetBytes(all),
        };
        command.Fields[all] = all;
        command.Fields[""] = "";
        command.Fields["long"] = new string('"', 3000);

        RemotingCommand read = RemotingCommand.From(Frames.Read(Frames.Encode(command)));

        Assert.Equal(command.Code, read.Code);
        Assert.Equal(command.Flag, read.Flag);
        Assert.Equal(command.Opaque, read.Opaque);
        Assert.Equal(command.Remark, read.Remark);
        Assert.Equal(command.SerializeType, read.SerializeType);
        Assert.Equal(command.Language, read.Language);
        Assert.Equal(command.Version, read.Version);
        Assert.Equal(command.Fields, read.Fields);
        Assert.Equal(command.Body.ToArray(), read.Body.ToArray());
    }

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void BeginBody_TakesABody_WhoseLengthIsKnownLater(SerializeType type)
    {
        CommandWriter first = CommandWriter.BeginResponse(_output, ResponseCode.Success, 1, type);
        first.Field("a"u8, "1"u8);
        OutputBuffer body = first.BeginBody();
        for (int part = 0; part < 3000; part++)
            body.Append("abc"u8);
        first.Complete();
        int firstLength = _output.Length;
        CommandWriter second = CommandWriter.BeginResponse(_output, ResponseCode.Success, 2, type);
        second.Complete();

        Assert.Equal(FrameStatus.Complete, FrameReader.TryRead(_output.WrittenSpan, 1 << 20, out int frameLength));
        Assert.Equal(firstLength, frameLength + FrameReader.PrefixBytes);
        CommandReader reader = Frames.Read(_output.WrittenSpan.Slice(4, frameLength).ToArray());
        Assert.Equal("1", reader.Field("a"));
        Assert.Equal(9000, reader.Body.Length);
        Assert.Equal(2, Frames.Read(_output.WrittenSpan[(firstLength + 4)..].ToArray()).Opaque);
    }

    [Fact]
    public void Complete_CountsTheBodyThatFollows()
    {
        CommandWriter writer = CommandWriter.BeginResponse(_output, ResponseCode.Success, 1, SerializeType.Binary);
        writer.Body("ab"u8);
        writer.Complete(5);

        Assert.Equal(FrameStatus.NeedMore, FrameReader.TryRead(_output.WrittenSpan, 1 << 20, out int frameLength));
        Assert.Equal(_output.Length - FrameReader.PrefixBytes + 5, frameLength);
    }

    [Fact]
    public void Abandon_LeavesTheBufferAsItWas()
    {
        _output.Append("before"u8);
        CommandWriter writer = CommandWriter.BeginResponse(_output, ResponseCode.Success, 1, SerializeType.Json);
        writer.Field("a"u8, "b"u8);

        writer.Abandon();

        Assert.Equal("before"u8.ToArray(), _output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Write_Throws_WhenTheOrderIsWrong()
    {
        Assert.Throws<InvalidOperationException>(() =>
        {
            CommandWriter writer = Begin();
            writer.Field("a"u8, "b"u8);
            writer.Remark("late"u8);
        });
        Assert.Throws<InvalidOperationException>(() =>
        {
            CommandWriter writer = Begin();
            writer.Body("a"u8);
            writer.Field("a"u8, "b"u8);
        });
        Assert.Throws<InvalidOperationException>(() =>
        {
            CommandWriter writer = Begin();
            writer.Complete();
            writer.Complete();
        });
        Assert.Throws<InvalidOperationException>(() =>
        {
            CommandWriter writer = Begin();
            writer.Body("a"u8);
            writer.Body("a"u8);
        });
    }

    [Theory]
    [InlineData(SerializeType.Json)]
    [InlineData(SerializeType.Binary)]
    public void Write_AllocatesNothing_OnceTheBufferIsWarm(SerializeType type)
    {
        Write(type);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
            Write(type);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Write(SerializeType type)
        {
            _output.Clear();
            CommandWriter writer = CommandWriter.BeginResponse(_output, ResponseCode.Success, 1, type);
            writer.Remark("remark");
            writer.Field("a"u8, "b");
            writer.Field("a"u8, 5);
            writer.Complete();
        }
    }

    private CommandWriter Begin() =>
        CommandWriter.BeginResponse(_output, ResponseCode.Success, 1, SerializeType.Json);
}
