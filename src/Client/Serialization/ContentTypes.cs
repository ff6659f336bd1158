namespace OrleansMq.Client.Serialization;

/// <summary>What messages say of their bodies.</summary>
public static class ContentTypes
{
    /// <summary>The property of a message that says what its body is, by the name that Spring gives it.</summary>
    public const string PropertyName = "contentType";

    /// <summary>Bytes that are only the application's concern.</summary>
    public const string Bytes = "application/octet-stream";

    /// <summary>Text in UTF-8.</summary>
    public const string Text = "text/plain;charset=utf-8";

    /// <summary>JSON in UTF-8.</summary>
    public const string Json = "application/json";
}
