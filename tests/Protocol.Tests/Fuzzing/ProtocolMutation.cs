using System.Buffers.Binary;
using System.Text;
using OrleansMq.Messages.Tests.Fuzzing;
using OrleansMq.Protocol.Remoting;
using OrleansMq.Protocol.Tests.Remoting;
using OrleansMq.Protocol.Tests.Requests;

namespace OrleansMq.Protocol.Tests.Fuzzing;

/// <summary>Frames, fields and JSON with some damage.</summary>
internal static class ProtocolMutation
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u0001", "\\ud83d", "\\ude00", "\\ud83d\\ude00", "\\n", "\\\"",
        "null", "true", "false", "0", "-1", "1.5e9", "2147483648", "9223372036854775808", "\"code\":1", "\"opaque\":2",
        "\"a\":\"b\"", "\"extFields\":{\"a\":\"b\"}", ",\"a\":null", "{}", "[[]]", " ", "\n", "\u00e9", "\U0001F600",
        "{\"topic\":\"t\"}", "0:",
    ];

    private static readonly string[] Values =
    [
        "", "0", "-1", "+1", "1.5", "2147483648", "9223372036854775808", "true", "TRUE", "yes", "\u0001", "\u00e9",
        " 1", "1 ", "\"", "\\",
    ];

    /// <summary>The frame of a typical command.</summary>
    public static byte[] ValidFrame(Random random, SerializeType type)
    {
        if (type == SerializeType.Json && random.Next(3) == 0)
            return Frames.Json(Frames.JavaSend, "body");

        (int code, string fields, _) = RequestShapes.All[random.Next(RequestShapes.All.Length)];
        RemotingCommand command = RequestShapes.ValidCommand(code, fields);
        command.SerializeType = type;
        command.Body = new byte[random.Next(20)];
        if (random.Next(2) == 0)
            command.Remark = "re\"mark\u0001";
        return Frames.Encode(command);
    }

    /// <summary>A JSON frame: damaged anywhere, or in its header with the length put right again.</summary>
    public static byte[] JsonFrame(Random random)
    {
        byte[] frame = ValidFrame(random, SerializeType.Json);
        if (random.Next(4) == 0)
            return Mutation.Of(random, frame);

        int headerLength = BinaryPrimitives.ReadInt32BigEndian(frame);
        byte[] header = JsonText(random, frame[FrameReader.HeaderWordBytes..][..headerLength]);
        byte[] changed = [0, 0, 0, 0, .. header, 1, 2, 3];
        BinaryPrimitives.WriteInt32BigEndian(changed, header.Length);
        return changed;
    }

    /// <summary>JSON with one to three pieces put in, taken out or exchanged, or with bytes damaged.</summary>
    public static byte[] JsonText(Random random, byte[] valid)
    {
        if (random.Next(4) == 0)
            return Mutation.Of(random, valid);

        byte[] text = valid;
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int from = random.Next(text.Length + 1);
            int to = random.Next(2) == 0 ? from : Math.Min(text.Length, from + random.Next(20));
            byte[] piece = random.Next(4) == 0 ? [] : Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]);
            text = [.. text[..from], .. piece, .. text[to..]];
        }

        return text;
    }

    /// <summary>Removes fields and changes their values.</summary>
    public static void ChangeFields(Random random, RemotingCommand command)
    {
        string[] names = [.. command.Fields.Keys];
        for (int changes = random.Next(4); changes > 0; changes--)
        {
            string name = names[random.Next(names.Length)];
            if (random.Next(4) == 0)
                command.Fields.Remove(name);
            else if (random.Next(4) == 0)
                command.Fields[name] = Encoding.Latin1.GetString(Mutation.RandomBytes(random, 100));
            else
                command.Fields[name] = Values[random.Next(Values.Length)];
        }
    }
}
