using OrleansMq.Messages.Topics;

namespace OrleansMq.Messages.Tests.Topics;

public sealed class TopicNamesTests
{
    public static TheoryData<string> ValidNames =>
    [
        "a", "Z", "0", "_", "-", "|", "%", "TopicTest", "topic-test_1", "a|b", "CON", "NUL", "com1", "aux", "null",
        "%2e", "%2e%2e%2f", "%00", "%n%s%d", "--help", "-rf", "__proto__", "SCHEDULE_TOPIC_XXXX", "TBW102",
        "%RETRY%", "%DLQ%", "%RETRY%group_topic", "RMQ_SYS_TRACE_TOPIC", "||", "1e400",
    ];

    public static TheoryData<string> InvalidNames =>
    [
        "", " ", "  ", "\t", "\n", "\r\n", "\0", "a\0", "\0a", "a\0b", "a\n", "\na", "a\nb", "a b", " a", "a ",
        ".", "..", "...", "../..", "a.b", ".hidden", "a/b", "/", "/etc/passwd", "a\\b", "\\\\host\\share", "C:",
        "C:\\a", "a:b", "a*", "a?", "*", "a#b", "a+b", "a@b", "a,b", "a;b", "a'b", "a\"b", "<a>", "$(id)", "`id`",
        "${jndi}", "a&b", "a=b", "[a]", "{a}", "a~b", "!a", "a^b", "\u00E4", "\u8BA2\u5355", "\uD83D\uDE00",
        "\uD83D", "\u202Eabc", "a\u200Bb", "\uFEFFa", "\uFF41", "\u0430bc", "\u0661", "\u001B[31m", "\u007F",
        "a\u0001b", "a\u0002b", "\u2028",
    ];

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void IsValidTopic_Accepts_WhenOnlyAllowedCharactersAreThere(string name)
    {
        Assert.True(TopicNames.IsValidTopic(name, out string? problem));
        Assert.Null(problem);
    }

    [Theory]
    [MemberData(nameof(ValidNames))]
    public void IsValidGroup_Accepts_WhenOnlyAllowedCharactersAreThere(string name) =>
        Assert.True(TopicNames.IsValidGroup(name, out _));

    [Theory]
    [MemberData(nameof(InvalidNames))]
    public void IsValidTopic_RefusesWithAPrintableProblem_WhenTheNameIsHostile(string name)
    {
        Assert.False(TopicNames.IsValidTopic(name, out string? problem));
        Assert.DoesNotContain(problem, character => char.IsControl(character) || char.IsSurrogate(character));
    }

    [Theory]
    [MemberData(nameof(InvalidNames))]
    public void IsValidGroup_Refuses_WhenTheNameIsHostile(string name) =>
        Assert.False(TopicNames.IsValidGroup(name, out _));

    /// <summary>Every UTF-16 unit alone, so that no character slips in between the ranges.</summary>
    [Fact]
    public void IsValidTopic_AcceptsSixtySixCharacters_OfAllThereAre()
    {
        var accepted = new List<char>();
        for (int unit = 0; unit <= char.MaxValue; unit++)
        {
            if (TopicNames.IsValidTopic(((char)unit).ToString(), out _))
                accepted.Add((char)unit);
        }

        Assert.Equal("%-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz|", string.Concat(accepted));
    }

    [Theory]
    [InlineData("", 127, true)]
    [InlineData("", 128, false)]
    [InlineData("", 300, false)]
    [InlineData("%RETRY%", 255, true)]
    [InlineData("%RETRY%", 256, false)]
    [InlineData("%DLQ%", 255, true)]
    [InlineData("%DLQ%", 256, false)]
    [InlineData("%retry%", 128, false)]
    public void IsValidTopic_DependsOnTheLength(string prefix, int length, bool isValid) =>
        Assert.Equal(isValid, TopicNames.IsValidTopic(prefix.PadRight(length, 'a'), out _));

    [Theory]
    [InlineData(120, true)]
    [InlineData(121, false)]
    public void IsValidGroup_DependsOnTheLength(int length, bool isValid) =>
        Assert.Equal(isValid, TopicNames.IsValidGroup(new string('g', length), out _));

    [Fact]
    public void IsValidTopic_NamesLengthAndLimitButNotTheName_WhenItIsTooLong()
    {
        TopicNames.IsValidTopic(new string('a', 300), out string? problem);
        Assert.Equal("The topic has 300 characters; at most 127 are allowed.", problem);
    }

    [Fact]
    public void IsValidGroup_SaysSo_WhenItIsEmpty()
    {
        TopicNames.IsValidGroup("", out string? problem);
        Assert.Equal("The group is empty; name one.", problem);
    }

    [Fact]
    public void IsValidTopic_HidesControlCharacters_InTheProblem()
    {
        TopicNames.IsValidTopic("a\nb", out string? problem);
        Assert.StartsWith("The topic 'a?b' holds a character", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void RetryAndDeadLetterTopics_AreValid_WhenTheGroupIsTheLongest()
    {
        string group = new('g', TopicNames.MaxGroupLength);
        Assert.True(TopicNames.IsValidTopic(TopicNames.RetryOf(group), out _));
        Assert.True(TopicNames.IsValidTopic(TopicNames.DeadLetterOf(group), out _));
    }

    [Fact]
    public void RetryAndDeadLetterTopics_AreToldApart()
    {
        Assert.Equal("%RETRY%g", TopicNames.RetryOf("g"));
        Assert.Equal("%DLQ%g", TopicNames.DeadLetterOf("g"));
        Assert.True(TopicNames.IsRetry("%RETRY%g"));
        Assert.False(TopicNames.IsRetry("%DLQ%g"));
        Assert.False(TopicNames.IsRetry("x%RETRY%g"));
        Assert.True(TopicNames.IsDeadLetter("%DLQ%g"));
        Assert.False(TopicNames.IsDeadLetter("%RETRY%g"));
    }

    [Theory]
    [InlineData("SCHEDULE_TOPIC_XXXX", true, false)]
    [InlineData("RMQ_SYS_TRANS_HALF_TOPIC", true, false)]
    [InlineData("RMQ_SYS_TRANS_OP_HALF_TOPIC", true, false)]
    [InlineData("TRANS_CHECK_MAX_TIME_TOPIC", true, false)]
    [InlineData("OFFSET_MOVED_EVENT", true, false)]
    [InlineData("OMQ_SYS_DELIVERIES", true, false)]
    [InlineData("RMQ_SYS_TRACE_TOPIC", true, true)]
    [InlineData("schedule_topic_xxxx", false, true)]
    [InlineData("%RETRY%SCHEDULE_TOPIC_XXXX", false, true)]
    [InlineData("orders", false, true)]
    public void IsReservedAndIsSendable_GoByTheExactName(string topic, bool isReserved, bool isSendable)
    {
        Assert.Equal(isReserved, TopicNames.IsReserved(topic));
        Assert.Equal(isSendable, TopicNames.IsSendable(topic));
    }
}
