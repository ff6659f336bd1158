using OrleansMq.Messages.Tests.Fuzzing;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Tests.Remoting;
using OrleansMq.Protocol.Tests.Requests;

namespace OrleansMq.Protocol.Tests.Fuzzing;

/// <summary>
/// Goal: no frame makes the readers throw or allocate much; what is read encodes to a command that reads the same.
/// </summary>
[Trait("Tier", "Fuzz")]
public sealed class CommandReaderFuzzTests
{
    private const int AllowedExtraBytes = 64 * 1024;

    private static readonly CommandReader Reader = new();
    private static readonly CommandReader SecondReader = new();
    private static readonly CommandReader SmallReader =
        new(new CommandReaderOptions { MaxFields = 4, MaxHeaderBytes = 200, MaxDepth = 3 });

    [Fact]
    public void Read_GivesACommandThatReadsTheSame_WhateverTheJsonFrameIs() => FuzzRun.Check(random =>
        CheckFrame(ProtocolMutation.JsonFrame(random)));

    [Fact]
    public void Read_GivesACommandThatReadsTheSame_WhateverTheBinaryFrameIs() => FuzzRun.Check(random =>
        CheckFrame(Mutation.Of(random, ProtocolMutation.ValidFrame(random, SerializeType.Binary))));

    [Fact]
    public void TryRead_NeverThrows_WhateverTheRequestIs() => FuzzRun.Check(random =>
    {
        (int code, string fields, RequestShapes.Reader read) =
            RequestShapes.All[random.Next(RequestShapes.All.Length)];
        RemotingCommand command = RequestShapes.ValidCommand(code, fields);
        command.SerializeType = (SerializeType)random.Next(2);
        ProtocolMutation.ChangeFields(random, command);
        byte[] frame = Frames.Encode(command);
        Assert.Equal(CommandDefect.None, Reader.Read(frame));

        long before = GC.GetAllocatedBytesForCurrentThread();
        read(Reader);
        AssertAllocatedLittle(before, frame.Length);
    });

    [Fact]
    public void FrameReader_NeverLooksBehindTheBuffer_WhateverTheBytesAre() => FuzzRun.Check(random =>
    {
        byte[] bytes = Mutation.Of(random, [0, 0, 0, 9, 0, 0, 0, 2, .. "{}"u8, 1, 2, 3, 0, 0, 0, 4, 0, 0, 0, 0]);
        int maxFrameBytes = random.Next(64);
        FrameStatus status = FrameReader.TryRead(bytes, maxFrameBytes, out int frameLength);

        Assert.InRange(frameLength, 0, int.MaxValue);
        if (status != FrameStatus.Complete)
            return;

        Assert.InRange(frameLength, FrameReader.HeaderWordBytes, maxFrameBytes);
        Assert.NotEqual(
            CommandDefect.Truncated, Reader.Read(bytes.AsMemory(FrameReader.PrefixBytes, frameLength)));
    });

    private static void CheckFrame(byte[] frame)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        CommandDefect defect = Reader.Read(frame);
        SmallReader.Read(frame);
        AssertAllocatedLittle(before, frame.Length);
        if (defect != CommandDefect.None)
        {
            Assert.Equal(0, Reader.FieldCount);
            Assert.Equal(0, Reader.Body.Length);
            return;
        }

        RemotingCommand command = RemotingCommand.From(Reader);
        Assert.Equal(Reader.FieldCount, command.Fields.Count);
        using var output = new OutputBuffer();
        command.WriteTo(output);
        Assert.Equal(
            FrameStatus.Complete, FrameReader.TryRead(output.WrittenSpan, int.MaxValue, out int frameLength));
        Assert.Equal(output.Length, FrameReader.PrefixBytes + frameLength);
        Assert.Equal(CommandDefect.None, SecondReader.Read(output.WrittenMemory[FrameReader.PrefixBytes..]));
        AssertSame(command, RemotingCommand.From(SecondReader));
    }

    private static void AssertSame(RemotingCommand expected, RemotingCommand actual)
    {
        Assert.Equal(
            (expected.Code, expected.Flag, expected.Opaque, expected.Remark, expected.Language, expected.Version),
            (actual.Code, actual.Flag, actual.Opaque, actual.Remark, actual.Language, actual.Version));
        Assert.Equal(expected.Fields.Count, actual.Fields.Count);
        foreach ((string name, string value) in expected.Fields)
            Assert.Equal(value, actual.Fields[name]);
        Assert.True(expected.Body.Span.SequenceEqual(actual.Body.Span));
    }

    private static void AssertAllocatedLittle(long before, int inputLength) => Assert.InRange(
        GC.GetAllocatedBytesForCurrentThread() - before, 0, (2L * inputLength) + AllowedExtraBytes);
}
