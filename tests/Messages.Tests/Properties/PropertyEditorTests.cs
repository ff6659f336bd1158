using OrleansMq.Messages.Properties;

namespace OrleansMq.Messages.Tests.Properties;

public sealed class PropertyEditorTests
{
    private const string Block = "a\u00011\u0002b\u00012\u0002c\u00013\u0002";

    [Fact]
    public void ApplyTo_AppendsAtTheEnd_WhenTheNameIsNew() =>
        AssertApplied(Block + "d\u00014\u0002", new PropertyEditor().Set("d"u8, "4"u8));

    [Fact]
    public void ApplyTo_MovesThePairToTheEnd_WhenItIsReplaced() =>
        AssertApplied("a\u00011\u0002c\u00013\u0002b\u00019\u0002", new PropertyEditor().Set("b"u8, "9"u8));

    [Fact]
    public void ApplyTo_DropsThePair_WhenItIsRemoved() =>
        AssertApplied("a\u00011\u0002c\u00013\u0002", new PropertyEditor().Remove("b"u8));

    [Fact]
    public void ApplyTo_ChangesNothing_WhenTheRemovedNameIsAbsent() =>
        AssertApplied(Block, new PropertyEditor().Remove("x"u8));

    [Fact]
    public void ApplyTo_KeepsTheOrderOfChanges() => AssertApplied(
        Block + "z\u0001\u0002y\u00011\u0002", new PropertyEditor().Set("z"u8, ""u8).Set("y"u8, "1"u8));

    [Fact]
    public void ApplyTo_TakesTheLastValue_WhenANameIsSetTwice() => AssertApplied(
        Block + "e\u00012\u0002d\u00013\u0002",
        new PropertyEditor().Set("d"u8, "1"u8).Set("e"u8, "2"u8).Set("d"u8, "3"u8));

    [Fact]
    public void ApplyTo_Removes_WhenTheNameWasSetBefore() =>
        AssertApplied(Block, new PropertyEditor().Set("d"u8, "1"u8).Remove("d"u8));

    [Fact]
    public void ApplyTo_Sets_WhenTheNameWasRemovedBefore() => AssertApplied(
        "b\u00012\u0002c\u00013\u0002a\u00019\u0002", new PropertyEditor().Remove("a"u8).Set("a"u8, "9"u8));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(long.MaxValue, "9223372036854775807")]
    [InlineData(long.MinValue, "-9223372036854775808")]
    public void Set_WritesADecimalNumber(long value, string text) =>
        AssertApplied($"{Block}n\u0001{text}\u0002", new PropertyEditor().Set("n"u8, value));

    [Fact]
    public void ApplyTo_ReplacesEveryPairOfTheName_WhenItComesTwice() => Assert.Equal(
        "b\u00012\u0002a\u00019\u0002"u8,
        new PropertyEditor().Set("a"u8, "9"u8).ApplyTo("a\u00011\u0002b\u00012\u0002a\u00013"u8));

    [Fact]
    public void ApplyTo_AddsTheLastSeparator_WhenTheBlockHasNone() =>
        Assert.Equal("a\u00011\u0002"u8, new PropertyEditor().ApplyTo("a\u00011"u8));

    /// <summary>A client may send such a value; editing the block must not fail over it.</summary>
    [Fact]
    public void ApplyTo_CopiesTheValueAsItIs_WhenAStoredValueHoldsANameSeparator() => Assert.Equal(
        "a\u00011\u00012\u0002b\u00013\u0002"u8,
        new PropertyEditor().Set("b"u8, "3"u8).ApplyTo("a\u00011\u00012\u0002"u8));

    [Fact]
    public void ApplyTo_GivesTheSameAgain_WhenUsedTwice()
    {
        PropertyEditor editor = new PropertyEditor().Set("b"u8, "9"u8);
        Assert.Equal(editor.ApplyTo("a\u00011\u0002"u8), editor.ApplyTo("a\u00011\u0002"u8));
    }

    [Fact]
    public void ApplyTo_Throws_WhenASetValueHoldsASeparator() => Assert.Throws<ArgumentException>(
        () => new PropertyEditor().Set("a"u8, "1\u00022"u8).ApplyTo([]));

    private static void AssertApplied(string expected, PropertyEditor editor) => Assert.Equal(
        expected, System.Text.Encoding.UTF8.GetString(editor.ApplyTo(System.Text.Encoding.UTF8.GetBytes(Block))));
}
