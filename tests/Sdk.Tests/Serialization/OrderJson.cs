using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansMq.Sdk.Tests.Serialization;

internal sealed record Order(int Id, string Customer);

internal sealed record Unknown(int Id);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext;
