using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.Tests.Metadata;

/// <summary>Files in memory, which note every replacement.</summary>
internal sealed class MemoryFiles : IMetadataFiles
{
    public Dictionary<string, byte[]> Contents { get; } = [];

    public List<string> Replaced { get; } = [];

    public byte[]? TryRead(string name) => Contents.GetValueOrDefault(name);

    public void Replace(string name, ReadOnlySpan<byte> content)
    {
        Contents[name] = content.ToArray();
        Replaced.Add(name);
    }
}
