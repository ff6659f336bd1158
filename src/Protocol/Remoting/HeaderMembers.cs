using OrleansMq.Protocol.Codes;

namespace OrleansMq.Protocol.Remoting;

/// <summary>The fixed members of a header, as far as they were read.</summary>
internal struct HeaderMembers
{
    public int Code;
    public int Opaque;
    public int Flag;
    public int Version;
    public LanguageCode Language;
    public bool HasCode;
    public bool HasOpaque;
    public int RemarkAt;
    public int RemarkLength;
}
