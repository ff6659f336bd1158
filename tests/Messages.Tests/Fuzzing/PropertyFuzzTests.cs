using System.Text;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Messages.Tests.Fuzzing;

/// <summary>Goal: no bytes make the property readers throw, and edits agree with a model of lists.</summary>
[Trait("Tier", "Fuzz")]
public sealed class PropertyFuzzTests
{
    private static readonly byte[] Valid =
        Encoding.UTF8.GetBytes("TAGS\u0001TagA\u0002KEYS\u0001k1 k2\u0002a\u0001\u0002b\u00012\u0002");

    private static readonly byte[] TextBeyondAscii = Encoding.UTF8.GetBytes("a\u00E4\u8BA2\u5355\uD83D\uDE00z");

    private static readonly string[] Names = ["TAGS", "KEYS", "a", "b", "c"];

    [Fact]
    public void Readers_AgreeWithTheModel_WhateverTheBytesAre() => FuzzRun.Check(random =>
    {
        byte[] block = Mutation.Of(random, Valid);
        List<(string Name, string Value)> pairs = Model(block);
        Assert.Equal(pairs, Pairs(block));

        foreach (string name in Names)
        {
            string? expected = pairs.FindLast(pair => pair.Name == name).Value;
            byte[] encodedName = Latin1(name);
            long before = GC.GetAllocatedBytesForCurrentThread();
            bool isFound = PropertyBlock.TryGet(block, encodedName, out ReadOnlySpan<byte> value);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(expected, isFound ? Encoding.Latin1.GetString(value) : null);
        }

        var expectedDictionary = new Dictionary<string, string>();
        foreach ((string name, string value) in pairs)
            expectedDictionary[FromUtf8(name)] = FromUtf8(value);
        Assert.Equal(expectedDictionary, PropertyBlock.ToDictionary(block));
    });

    [Fact]
    public void TagHash_EqualsTheHashOfTheDecodedText_WhateverTheBytesAre() => FuzzRun.Check(random =>
    {
        byte[] tag = Mutation.Of(random, TextBeyondAscii);
        Assert.Equal(TagHash.Compute(Encoding.UTF8.GetString(tag).AsSpan()), TagHash.Compute(tag));
    });

    [Fact]
    public void ApplyTo_AgreesWithTheModel_WhateverTheBlockIs() => FuzzRun.Check(random =>
    {
        byte[] block = Mutation.Of(random, Valid);
        List<(string Name, string Value)> expected = Model(block);
        var editor = new PropertyEditor();
        var changes = new List<(string Name, string? Value)>();
        for (int count = random.Next(5); count > 0; count--)
        {
            string name = Names[random.Next(Names.Length)];
            string? value = random.Next(3) == 0 ? null : new string('v', random.Next(4));
            editor = value is null ? editor.Remove(Latin1(name)) : editor.Set(Latin1(name), Latin1(value));
            changes.Add((name, value));
        }

        expected.RemoveAll(pair => changes.Exists(change => change.Name == pair.Name));
        for (int index = 0; index < changes.Count; index++)
        {
            (string name, string? value) = changes[index];
            if (value is not null && changes.FindLastIndex(change => change.Name == name) == index)
                expected.Add((name, value));
        }

        byte[] edited = editor.ApplyTo(block);
        Assert.Equal(expected, Pairs(edited));
        string expectedBlock = string.Concat(expected.Select(pair => $"{pair.Name}\u0001{pair.Value}\u0002"));
        Assert.Equal(expectedBlock, Encoding.Latin1.GetString(edited));
        Assert.Equal(edited, new PropertyEditor().ApplyTo(edited));
    });

    /// <summary>The same reading by strings; Latin-1 keeps bytes and characters one to one.</summary>
    private static List<(string Name, string Value)> Model(byte[] block) =>
    [
        .. Encoding.Latin1.GetString(block).Split('\u0002')
            .Where(piece => piece.IndexOf('\u0001', StringComparison.Ordinal) > 0)
            .Select(piece => piece.Split('\u0001', 2))
            .Select(parts => (parts[0], parts[1])),
    ];

    private static List<(string Name, string Value)> Pairs(byte[] block)
    {
        var pairs = new List<(string, string)>();
        foreach (PropertyPair pair in PropertyBlock.Enumerate(block))
            pairs.Add((Encoding.Latin1.GetString(pair.Name), Encoding.Latin1.GetString(pair.Value)));
        return pairs;
    }

    private static string FromUtf8(string bytes) => Encoding.UTF8.GetString(Latin1(bytes));

    private static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);
}
