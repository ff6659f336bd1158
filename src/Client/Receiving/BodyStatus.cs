namespace OrleansMq.Client.Receiving;

/// <summary>Whether a received body is what its producer sent.</summary>
public enum BodyStatus
{
    /// <summary>It is whole, and decompressed if it was compressed.</summary>
    Whole,

    /// <summary>Its checksum is wrong or it cannot be decompressed; the body is given as it came.</summary>
    Corrupt,

    /// <summary>Decompressed it is longer than the client allows; the body is given as it came, compressed.</summary>
    TooLarge,

    /// <summary>It is compressed by a method that this client does not know; the body is given as it came.</summary>
    UnknownCompression,
}
