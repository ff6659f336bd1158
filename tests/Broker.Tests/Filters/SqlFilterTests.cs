using System.Text;
using OrleansMq.Broker.Filters;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Tests.Filters;

/// <summary>
/// Conditions and their results for one message: T true, F false, N not known (so that its opposite does not match
/// either), E an error.
/// </summary>
public sealed class SqlFilterTests
{
    private const string Table = """
        T a = 5
        T a = '5'
        F a = 6
        F a = '6'
        F a = '05'
        T a = 05
        T a = 5.0
        T a = 5L
        T a = 5l
        T a = 0.5e1
        T a = 50E-1
        T a = .5e+1
        T 5 = a
        T '5' = a
        T a <> 6
        F a <> 5
        F a <> '5'
        T a <> '6'
        T b = 'abc'
        F b = 'ABC'
        F b = 'abc '
        F b = 5
        T b <> 5
        F b = 5.5
        T t = TRUE
        F t = FALSE
        T f = FALSE
        F f = TRUE
        T T = 'True'
        T T = TRUE
        F b = TRUE
        T b = FALSE
        F TRUE = 5
        F 5 = TRUE
        T TRUE = TRUE
        F TRUE = FALSE
        T a = a
        F a = b
        T a <> b
        F a = five
        T a <> five
        T a <= five
        T e = ''
        F e = 'x'
        F e = 0
        T e IS NOT NULL
        F e IS NULL
        T u = 'Zürich'
        T q = 'it''s'
        F q = 'its'
        T a > 4
        F a > 5
        T a >= 5
        F a >= 6
        T a < 6
        F a < 5
        T a <= 5
        F a <= 4
        T 4 < a
        F 5 < a
        T 6 > a
        T 5 >= a
        T 5 <= a
        T a > 4.9
        F a > 5.1
        T a < 5.1
        T a > -1
        T neg < 0
        T neg = -3
        T neg > -4
        T neg <= -3
        T neg = - 3
        T neg = -(3)
        T a = +5
        T a = - -5
        T d = 1.5
        T d > 1
        T d < 2
        F d > 1.5
        T d >= 1.5
        F d = 1
        T d <> 1
        T big = 9223372036854775807
        F big = 9223372036854775806
        T big > 9223372036854775806
        F big > 9223372036854775807
        T big < 1e19
        T small = -9223372036854775808
        T sci = 1000
        T sci > 999
        F b > 5
        F b < 5
        F b >= 5
        F b <= 5
        F e > 0
        F e < 1
        F nan > 0
        F nan = 0
        T nan = 'NaN'
        T a > neg
        F a < neg
        T a >= five
        N a > b
        N b > b
        N b <= u
        N a > n
        N n > a
        N n > 5
        N n < 5
        N 5 > n
        N n = 5
        N n = 'x'
        N n = TRUE
        N n <> 5
        N n <> 'x'
        F 5 = n
        T 5 <> n
        F a = n
        T a <> n
        T n = m
        F n <> m
        T n IS NULL
        F n IS NOT NULL
        F a IS NULL
        T a IS NOT NULL
        T a is not null
        F NOT a IS NOT NULL
        T a BETWEEN 1 AND 10
        T a BETWEEN 5 AND 5
        T a BETWEEN 5 AND 6
        T a BETWEEN 4 AND 5
        F a BETWEEN 6 AND 10
        F a BETWEEN 1 AND 4
        T a BETWEEN -1 AND 5.5
        T a BETWEEN neg AND 10
        F a NOT BETWEEN 1 AND 10
        T a NOT BETWEEN 6 AND 10
        T a NOT BETWEEN 1 AND 4
        F a NOT BETWEEN 5 AND 5
        N n BETWEEN 1 AND 10
        N n NOT BETWEEN 1 AND 10
        F b BETWEEN 1 AND 10
        F b NOT BETWEEN 1 AND 10
        N a BETWEEN 1 AND n
        F a BETWEEN 6 AND n
        T a between 1 and 10
        T a BETWEEN 1 AND 10 AND b = 'abc'
        T b IN ('abc')
        T b IN ('x', 'abc')
        T b IN ('x','y','z','w','v','abc')
        F b IN ('x')
        F b IN ('ABC', 'ab', '')
        T e IN ('')
        T b NOT IN ('x')
        F b NOT IN ('x', 'abc')
        N n IN ('x')
        N n NOT IN ('x')
        T a IN ('5')
        T u IN ('Zürich')
        T q IN ('it''s')
        T b CONTAINS 'b'
        T b CONTAINS 'abc'
        F b CONTAINS 'd'
        F b CONTAINS 'B'
        F b CONTAINS ''
        F b NOT CONTAINS 'b'
        T b NOT CONTAINS 'd'
        F b NOT CONTAINS ''
        F n CONTAINS 'b'
        F n NOT CONTAINS 'b'
        T NOT n CONTAINS 'b'
        T u CONTAINS 'ü'
        T a CONTAINS '5'
        T b STARTSWITH 'a'
        T b STARTSWITH 'abc'
        F b STARTSWITH 'b'
        F b STARTSWITH 'abcd'
        F b STARTSWITH ''
        F b NOT STARTSWITH 'a'
        T b NOT STARTSWITH 'b'
        F n STARTSWITH 'a'
        F n NOT STARTSWITH 'a'
        T b ENDSWITH 'c'
        T b ENDSWITH 'bc'
        F b ENDSWITH 'b'
        F b ENDSWITH ''
        F b NOT ENDSWITH 'c'
        T b NOT ENDSWITH 'b'
        F n NOT ENDSWITH 'b'
        T b startswith 'a' and b EndsWith 'c'
        T TRUE
        F FALSE
        N NULL
        T NOT FALSE
        F NOT TRUE
        N NOT NULL
        T NOT NOT TRUE
        F a
        T NOT a
        N n
        N NOT n
        F t
        T TRUE AND TRUE
        F TRUE AND FALSE
        F FALSE AND TRUE
        F FALSE AND FALSE
        N TRUE AND NULL
        N NULL AND TRUE
        F FALSE AND NULL
        F NULL AND FALSE
        N NULL AND NULL
        T TRUE OR FALSE
        T FALSE OR TRUE
        F FALSE OR FALSE
        T TRUE OR NULL
        T NULL OR TRUE
        N FALSE OR NULL
        N NULL OR FALSE
        N NULL OR NULL
        T TRUE OR TRUE AND FALSE
        F (TRUE OR TRUE) AND FALSE
        T FALSE AND FALSE OR TRUE
        F FALSE AND (FALSE OR TRUE)
        T NOT FALSE AND TRUE
        F NOT (FALSE OR TRUE)
        T NOT FALSE OR TRUE
        T a = 5 AND b = 'abc'
        F a = 5 AND b = 'abd'
        T a = 6 OR b = 'abc'
        T a > 1 AND a < 10 AND b = 'abc' AND n IS NULL
        T NOT a = 6
        F NOT a = 5
        T NOT (a = 6)
        T NOT a > 5
        T (a = 5)
        T ((a = 5))
        T (a) = (5)
        T (a = 5) = TRUE
        F (a = 5) = FALSE
        T (a = 5) <> (a = 6)
        T (n = 5) IS NULL
        T (a = 5) IS NOT NULL
        T n > 5 OR a = 5
        F n > 5 AND a = 6
        N n > 5 AND a = 5
        T a = 5 -- the rest is for people
        T /* five */ a /**/ = 5
        T a=5AND b='abc'
        T dotted.name = 'x'
        T $dollar = 'x'
        T _under = 'x'
        T a = 5 OR a = 6 OR a = 7 OR n = 1
        E
        E a =
        E = 5
        E a = = 5
        E a == 5
        E a != 5
        E a = 5 b
        E a = 5 AND
        E AND a = 5
        E a = 5 OR OR b = 1
        E (a = 5
        E a = 5)
        E ()
        E a = 'x
        E a = "x"
        E a = NULL
        E a <> NULL
        E NULL = a
        E a > 'x'
        E a > '5'
        E 'x' < a
        E a > TRUE
        E TRUE > a
        E a < (a = 5)
        E a BETWEEN 10 AND 1
        E a BETWEEN 1
        E a BETWEEN 1 OR 2
        E a BETWEEN 'x' AND 'y'
        E a NOT 5
        E a IN ()
        E a IN 'x'
        E a IN ('x'
        E a IN ('x',)
        E a IN (5)
        E 5 IN ('5')
        E (a = 5) IN ('x')
        E a LIKE 'x%'
        E a NOT LIKE 'x%'
        E a CONTAINS 5
        E a CONTAINS
        E 'abc' CONTAINS 'b'
        E a IS
        E a IS 5
        E a IS NOT 5
        E 5
        E 'x'
        E NOT 5
        E 5 AND TRUE
        E TRUE AND 'x'
        E a + 1 = 6
        E a * 2 = 10
        E -a = 5
        E -'x' = a
        E a = 1e
        E a = 1.2.3
        E a = 1e400
        E a = 5; b = 6
        E a = #
        E BETWEEN = 5
        E TRUE = NOT FALSE
        E NOT
        E a NOT
        """;

    private static readonly byte[] Message = PropertyBlock.FromPairs(new Dictionary<string, string>
    {
        ["a"] = "5",
        ["five"] = "5.0",
        ["b"] = "abc",
        ["t"] = "true",
        ["f"] = "false",
        ["T"] = "True",
        ["e"] = "",
        ["u"] = "Zürich",
        ["q"] = "it's",
        ["neg"] = "-3",
        ["d"] = "1.5",
        ["big"] = "9223372036854775807",
        ["small"] = "-9223372036854775808",
        ["sci"] = "1e3",
        ["nan"] = "NaN",
        ["dotted.name"] = "x",
        ["$dollar"] = "x",
        ["_under"] = "x",
    });

    public static TheoryData<string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (string line in Table.Split('\n', StringSplitOptions.TrimEntries))
                rows.Add(line.Length > 1 ? line[2..] : "", line[..1]);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Condition_GivesWhatTheTableSays(string text, string expected)
    {
        bool isRead = SqlFilter.TryParse(text, SqlFilterLimits.Default, out SqlFilter? filter, out string? problem);
        Assert.Equal(expected != "E", isRead);
        if (!isRead)
        {
            Assert.False(string.IsNullOrWhiteSpace(problem));
            return;
        }

        bool isTrue = filter!.Matches(Message);
        bool isFalse = Parse($"NOT ({text}\n)").Matches(Message);
        Assert.Equal(expected, isTrue ? "T" : isFalse ? "F" : "N");
        Assert.False(isTrue && isFalse);
    }

    [Fact]
    public void Table_IsLongEnough() => Assert.InRange(Rows.Count, 200, int.MaxValue);

    [Theory]
    [InlineData("a = 'x", "begins at 5")]
    [InlineData("a = 5 b", "'b' at 7")]
    [InlineData("a LIKE 'x%'", "CONTAINS")]
    [InlineData("a = NULL", "IS NULL")]
    [InlineData("a BETWEEN 9 AND 1", "smaller one first")]
    [InlineData("a != 5", "'!' at 3")]
    [InlineData("a + 1 = 6", "'+' at 3")]
    public void Problem_SaysWhatAndWhere(string text, string reason)
    {
        Assert.False(SqlFilter.TryParse(text, SqlFilterLimits.Default, out _, out string? problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 64, 1024, 64, "characters")]
    [InlineData(16_384, 8, 1024, 64, "deeper than 8")]
    [InlineData(16_384, 64, 10, 64, "more than 10 parts")]
    [InlineData(16_384, 64, 1024, 2, "more than 2 properties")]
    public void Condition_IsRefused_WhenItIsLargerThanALimit(
        int characters, int depth, int parts, int properties, string reason)
    {
        const string Text = "((((((((a = 1)))))))) OR b = 2 OR c = 3 OR d = 4";
        var limits = new SqlFilterLimits(characters, depth, parts, properties);
        Assert.True(SqlFilter.TryParse(Text, SqlFilterLimits.Default, out _, out _));
        Assert.False(SqlFilter.TryParse(Text, limits, out _, out string? problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Condition_IsReadAndEvaluated_WhenItIsAsLongAsItMayBe()
    {
        var limits = new SqlFilterLimits(1_000_000, 64, 100_000, 64);
        string text = string.Join(" OR ", Enumerable.Range(10, 20_000).Select(number => $"a = {number}"));
        Assert.True(SqlFilter.TryParse(text + " OR a = 5", limits, out SqlFilter? filter, out _));
        Assert.True(filter.Matches(Message));
    }

    /// <summary>The message has 4 bytes of properties and 1 property, which is 2 steps.</summary>
    [Theory]
    [InlineData("a = 5", 4)]
    [InlineData("a = 5 OR a = 6", 5)]
    [InlineData("a = 6 OR a = 5", 8)]
    [InlineData("a IN ('1', '2', '3')", 6)]
    [InlineData("missing IN ('1', '2', '3')", 3)]
    [InlineData("a BETWEEN 1 AND 9", 8)]
    [InlineData("TRUE", 2)]
    public void Matches_CountsTheWork(string text, int expected)
    {
        Parse(text).Matches("a\u00015\u0002"u8, out int steps);
        Assert.Equal(expected, steps);
    }

    [Theory]
    [InlineData("a = '5'", 2)]
    [InlineData("a = a", 500)]
    [InlineData("a CONTAINS 'x'", 500)]
    [InlineData("a STARTSWITH 'x'", 2)]
    [InlineData("a > 5", 500)]
    public void Matches_CountsTheTextsThatAreCompared(string text, int expected)
    {
        byte[] properties = [.. "a\u0001"u8, .. Enumerable.Repeat((byte)'y', 32_000), 2];
        Parse(text).Matches(properties, out int steps);
        Parse("TRUE").Matches(properties, out int least);
        Assert.InRange(steps - least, expected, expected + 3);
    }

    /// <summary>Wherever the search begins it finds almost all of what it looks for.</summary>
    [Fact]
    public void Matches_CountsASearchThatIsAlwaysAlmostOver()
    {
        byte[] properties = [.. "a\u0001"u8, .. Enumerable.Repeat((byte)'y', 32_000), 2];
        string wanted = new string('y', 6_400) + "z" + new string('y', 6_400);
        Parse($"a CONTAINS '{wanted}'").Matches(properties, out int steps);
        Assert.InRange(steps, 32_000 * 200 / 64, 32_000 * 220 / 64);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Parser_NeverThrows_WhateverItIsGiven(int seed)
    {
        string[] words =
        [
            "a", "b", "n", "5", "-3", "1.5", "'x'", "''", "(", ")", "=", "<>", "<", "<=", ">", ">=", ",", "AND", "OR",
            "NOT", "BETWEEN", "IN", "IS", "NULL", "TRUE", "FALSE", "CONTAINS", "STARTSWITH", "ENDSWITH", "LIKE", "+",
            "-", "--", "/*", "*/", "'", "\"", "ü", "\0", "1e", "9223372036854775808", "\ud800",
        ];
        var random = new Random(seed);
        int read = 0;
        for (int round = 0; round < 50_000; round++)
        {
            string text = round % 4 == 0
                ? new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(0x250))])
                : string.Join(' ', Enumerable.Range(0, random.Next(1, 14)).Select(_ => words[random.Next(words.Length)]));
            if (SqlFilter.TryParse(text, SqlFilterLimits.Default, out SqlFilter? filter, out string? problem))
            {
                read++;
                filter.Matches(Message);
                filter.Matches([]);
            }
            else
            {
                Assert.False(string.IsNullOrWhiteSpace(problem));
            }
        }

        Assert.InRange(read, 50, int.MaxValue);
    }

    [Fact]
    public void Evaluation_NeverThrows_WhateverThePropertiesAre()
    {
        SqlFilter filter = Parse("a > 1 AND b CONTAINS 'x' OR c IN ('x') OR NOT d BETWEEN 1 AND 2");
        var random = new Random(7);
        byte[] block = new byte[200];
        for (int round = 0; round < 50_000; round++)
        {
            random.NextBytes(block);
            for (int at = 0; at < block.Length; at++)
                block[at] = (block[at] % 8) switch { 0 => 1, 1 => 2, 2 => (byte)'a', 3 => (byte)'b', _ => block[at] };
            filter.Matches(block.AsSpan(0, random.Next(block.Length)));
        }
    }

    [Fact]
    public void LastValue_Counts_WhenAPropertyStandsTwice() =>
        Assert.True(Parse("a = 2").Matches(Encoding.UTF8.GetBytes("a\u00011\u0002a\u00012\u0002")));

    private static SqlFilter Parse(string text)
    {
        Assert.True(SqlFilter.TryParse(text, SqlFilterLimits.Default, out SqlFilter? filter, out string? problem), problem);
        return filter;
    }
}
