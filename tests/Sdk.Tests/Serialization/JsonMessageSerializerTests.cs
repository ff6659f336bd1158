using System.Buffers;
using System.Text;
using OrleansMq.Client.Serialization;

namespace OrleansMq.Sdk.Tests.Serialization;

public sealed class JsonMessageSerializerTests
{
    private static readonly JsonMessageSerializer Serializer = new(OrderJson.Default);

    [Fact]
    public void Serialize_WritesJson_WhenAContextKnowsTheType()
    {
        Assert.Equal("""{"id":7,"customer":"Ada"}""", Write(Serializer, new Order(7, "Ada")));
        Assert.Equal("application/json", Serializer.ContentTypeOf<Order>());
    }

    [Fact]
    public void Serialize_WritesBytesAndTextAsTheyAre()
    {
        byte[] bytes = [1, 2, 255];
        Assert.Equal(bytes, WriteBytes(Serializer, bytes));
        Assert.Equal(bytes, WriteBytes(Serializer, (ReadOnlyMemory<byte>)bytes));
        Assert.Equal(bytes, WriteBytes(Serializer, bytes.AsMemory()));
        Assert.Equal("é\"", Write(Serializer, "é\""));
        Assert.Equal("application/octet-stream", Serializer.ContentTypeOf<ReadOnlyMemory<byte>>());
        Assert.Equal("text/plain;charset=utf-8", Serializer.ContentTypeOf<string>());
    }

    [Fact]
    public void Deserialize_ReadsWhatWasWritten()
    {
        byte[] json = WriteBytes(Serializer, new Order(7, "Ada"));
        Assert.Equal(new Order(7, "Ada"), Serializer.Deserialize<Order>(json, "application/json"));
        Assert.Equal(new Order(7, "Ada"), Serializer.Deserialize<Order>(json, null));
        Assert.Equal(json, Serializer.Deserialize<byte[]>(json, null));
        Assert.Equal(json, Serializer.Deserialize<ReadOnlyMemory<byte>>(json, null).ToArray());
        Assert.Equal("""{"id":7,"customer":"Ada"}""", Serializer.Deserialize<string>(json, null));
    }

    [Fact]
    public void Serialize_SaysWhatToDo_WhenNoContextKnowsTheType()
    {
        var failure = Assert.Throws<NotSupportedException>(() => Write(Serializer, new Unknown(1)));
        Assert.Contains("[JsonSerializable(typeof(Unknown))]", failure.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => JsonMessageSerializer.PlainOnly.Deserialize<Order>("{}"u8.ToArray(), null));
    }

    [Fact]
    public void Serialize_Works_WhenReflectionWasAskedFor() =>
        Assert.Equal("""{"id":1}""", Write(JsonMessageSerializer.ByReflection(), new Unknown(1)));

    [Theory]
    [InlineData("no json", "application/json")]
    [InlineData("null", null)]
    [InlineData("{\"id\":7,\"customer\":\"Ada\"}", "application/x-protobuf")]
    public void Deserialize_SaysThatTheBodyIsNoSuchValue(string body, string? contentType) =>
        Assert.Throws<InvalidDataException>(
            () => Serializer.Deserialize<Order>(Encoding.UTF8.GetBytes(body), contentType));

    [Fact]
    public void Deserialize_SaysThatTheBodyIsNoText_WhenItIsNoUtf8() =>
        Assert.Throws<InvalidDataException>(() => Serializer.Deserialize<string>(new byte[] { 0xff }, null));

    private static string Write<T>(JsonMessageSerializer serializer, T value) =>
        Encoding.UTF8.GetString(WriteBytes(serializer, value));

    private static byte[] WriteBytes<T>(JsonMessageSerializer serializer, T value)
    {
        var output = new ArrayBufferWriter<byte>();
        serializer.Serialize(value, output);
        return output.WrittenSpan.ToArray();
    }
}
