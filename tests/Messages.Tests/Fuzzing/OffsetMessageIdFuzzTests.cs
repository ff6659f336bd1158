using System.Text;
using OrleansMq.Messages.Identity;

namespace OrleansMq.Messages.Tests.Fuzzing;

/// <summary>Goal: no text makes the parser throw or allocate; what it takes formats to the same text.</summary>
[Trait("Tier", "Fuzz")]
public sealed class OffsetMessageIdFuzzTests
{
    private const string Digits = "0123456789abcdefABCDEF";

    [Fact]
    public void TryParse_GivesAnIdentifierOfTheSameText_WhenItAccepts() => FuzzRun.Check(random =>
    {
        string text = Text(random);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isParsed = OffsetMessageId.TryParse(text, out OffsetMessageId id);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(text.Length is 32 or 56 && text.All(char.IsAsciiHexDigit), isParsed);
        if (isParsed)
            Assert.Equal(text.ToUpperInvariant(), id.ToString());
        Assert.NotNull(id.Broker.ToString());
    });

    private static string Text(Random random)
    {
        char[] digits = new char[random.Next(3) switch { 0 => 32, 1 => 56, _ => random.Next(70) }];
        for (int index = 0; index < digits.Length; index++)
            digits[index] = Digits[random.Next(Digits.Length)];
        if (digits.Length > 0 && random.Next(2) == 0)
            digits[random.Next(digits.Length)] = (char)random.Next(random.Next(2) == 0 ? 128 : char.MaxValue + 1);
        return random.Next(20) == 0 ? Encoding.Latin1.GetString(Mutation.RandomBytes(random, 70)) : new string(digits);
    }
}
