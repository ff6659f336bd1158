using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OrleansMq.Broker.Metadata;

namespace OrleansMq.Broker.KeyValues;

/// <summary>The layout of <c>kvConfig.json</c>: values by key by namespace. RocketMQ: <c>KVConfigManager</c>.</summary>
public static class KeyValuesFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "kvConfig.json";

    private const string Table = "configTable";

    /// <summary>Writes the file.</summary>
    public static byte[] Encode(KeyValueTable table) => MetadataJson.Write(writer =>
    {
        writer.WriteStartObject(Table);
        foreach ((string space, ImmutableDictionary<string, string> keys) in table.Namespaces
            .OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            MetadataJson.WriteTexts(writer, space, keys);
        }

        writer.WriteEndObject();
    });

    /// <summary>Reads the file. Never throws; damaged content gives a problem.</summary>
    public static bool TryDecode(
        ReadOnlySpan<byte> content,
        [NotNullWhen(true)] out KeyValueTable? table,
        [NotNullWhen(false)] out string? problem) => MetadataJson.TryRead(content, Read, out table, out problem);

    private static KeyValueTable Read(JsonElement root)
    {
        var table = new KeyValueTable();
        foreach (JsonProperty space in MetadataJson.Members(root, Table))
        {
            Dictionary<string, string> keys = MetadataJson.Texts(root.GetProperty(Table), space.Name);
            if (keys.Count > 0)
                table = table with { Namespaces = table.Namespaces.SetItem(space.Name, keys.ToImmutableDictionary()) };
        }

        return table;
    }
}
