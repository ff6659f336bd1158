using OrleansMq.Gateway.Connections;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Gateway.Requests;

/// <summary>Where the answer to a request goes. May be kept and used later, by any thread.</summary>
internal readonly record struct ReplyAddress(
    Connection Connection, int Opaque, SerializeType SerializeType, bool IsOneWay)
{
    /// <summary>Writes the header, and perhaps a body, of an answer.</summary>
    public delegate void Fill<TState>(ref CommandWriter writer, TState state)
        where TState : allows ref struct;

    /// <summary>Answers with a code and a remark for people.</summary>
    public void Answer(ResponseCode code, string? remark = null) =>
        Answer(code, remark, static (ref CommandWriter writer, string? text) =>
        {
            if (text is not null)
                writer.Remark(text);
        });

    /// <summary>Answers with success, or with an error if there is a problem.</summary>
    public void AnswerOutcome(string? problem) =>
        Answer(problem is null ? ResponseCode.Success : ResponseCode.SystemError, problem);

    /// <summary>Answers with a number in one field.</summary>
    public void Answer(ReadOnlySpan<byte> field, long value) => Answer(
        ResponseCode.Success, new NamedNumber(field, value),
        static (ref CommandWriter writer, NamedNumber named) => writer.Field(named.Name, named.Value));

    /// <summary>Answers with a body.</summary>
    public void Answer(Action<OutputBuffer> writeBody) => Answer(
        ResponseCode.Success, writeBody,
        static (ref CommandWriter writer, Action<OutputBuffer> write) => write(writer.BeginBody()));

    /// <summary>Answers with whatever <paramref name="fill"/> writes; a one-way request gets no answer.</summary>
    public void Answer<TState>(ResponseCode code, TState state, Fill<TState> fill)
        where TState : allows ref struct
    {
        if (IsOneWay)
            return;

        using (Connection.Write(out OutputBuffer output))
        {
            int before = output.Length;
            try
            {
                CommandWriter writer = CommandWriter.BeginResponse(output, code, Opaque, SerializeType);
                fill(ref writer, state);
                writer.Complete();
            }
            catch
            {
                output.Truncate(before);
                throw;
            }
        }
    }

    private readonly ref struct NamedNumber(ReadOnlySpan<byte> name, long value)
    {
        public ReadOnlySpan<byte> Name { get; } = name;

        public long Value { get; } = value;
    }
}
