namespace OrleansMq.Protocol.Bodies;

/// <summary>Which JSON a body may be.</summary>
internal enum BodyForm
{
    /// <summary>JSON as it is standardised.</summary>
    Standard,

    /// <summary>Also what fastjson writes: keys that are bare numbers or whole objects.</summary>
    FastJson,
}
