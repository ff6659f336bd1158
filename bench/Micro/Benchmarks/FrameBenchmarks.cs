using BenchmarkDotNet.Attributes;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Bench.Micro.Benchmarks;

/// <summary>Decoding a send request with a body of 1 KiB, and writing its answer.</summary>
public class FrameBenchmarks : IDisposable
{
    private const int BodyBytes = 1024;

    private readonly CommandReader _reader = new();
    private readonly OutputBuffer _output = new();
    private readonly byte[] _json = EncodeSend(SerializeType.Json);
    private readonly byte[] _binary = EncodeSend(SerializeType.Binary);

    /// <summary>Decodes a request with a JSON header.</summary>
    [Benchmark]
    public int DecodeJson() => Decode(_json);

    /// <summary>Decodes a request with a binary header.</summary>
    [Benchmark]
    public int DecodeBinary() => Decode(_binary);

    /// <summary>Writes an answer with a JSON header.</summary>
    [Benchmark]
    public int AnswerJson() => Answer(SerializeType.Json);

    /// <summary>Writes an answer with a binary header.</summary>
    [Benchmark]
    public int AnswerBinary() => Answer(SerializeType.Binary);

    /// <inheritdoc/>
    public void Dispose()
    {
        _output.Dispose();
        GC.SuppressFinalize(this);
    }

    private static byte[] EncodeSend(SerializeType type)
    {
        using var output = new OutputBuffer();
        var writer = CommandWriter.BeginRequest(output, RequestCode.SendMessageV2, 123_456, type);
        writer.Field("a"u8, "omq-bench"u8);
        writer.Field("b"u8, "omq-bench"u8);
        writer.Field("c"u8, "TBW102"u8);
        writer.Field("d"u8, 4);
        writer.Field("e"u8, 3);
        writer.Field("f"u8, 0);
        writer.Field("g"u8, 1_700_000_000_000);
        writer.Field("h"u8, 0);
        writer.Field("i"u8, "UNIQ_KEY\u00017F0000010A1C3D0B5F4E220000000001\u0002"u8);
        writer.Field("j"u8, 0);
        writer.Field("k"u8, false);
        writer.Field("m"u8, false);
        writer.Body(new byte[BodyBytes]);
        writer.Complete();
        return output.WrittenSpan[FrameReader.PrefixBytes..].ToArray();
    }

    private int Decode(byte[] frame)
    {
        CommandDefect defect = _reader.Read(frame);
        if (defect != CommandDefect.None || !SendMessageRequest.TryRead(_reader, out SendMessageRequest request, out _))
            throw new InvalidOperationException($"The frame cannot be read: {defect}.");
        return request.Body.Length;
    }

    private int Answer(SerializeType type)
    {
        _output.Clear();
        var writer = CommandWriter.BeginResponse(_output, ResponseCode.Success, 123_456, type);
        writer.Field("msgId"u8, "7F00000100002A9F00000000000F4240"u8);
        writer.Field("queueId"u8, 3);
        writer.Field("queueOffset"u8, 1_000_000);
        writer.Complete();
        return _output.Length;
    }
}
