using System.Globalization;
using OrleansMq.Broker.Statistics;

namespace OrleansMq.Broker.Tests.Statistics;

public sealed class LatencyDistributionTests
{
    private const string Empty =
        "[<=0ms]:0 [0~10ms]:0 [10~50ms]:0 [50~100ms]:0 [100~200ms]:0 [200~500ms]:0 [500ms~1s]:0 [1~2s]:0 [2~3s]:0 "
        + "[3~4s]:0 [4~5s]:0 [5~10s]:0 [10s~]:0 ";

    private readonly LatencyDistribution _latency = new(startedAt: 0);

    [Fact]
    public void Text_NamesAllGroups_WithoutCalls()
    {
        Assert.Equal(Empty, _latency.ToString());
        Assert.Equal((0.0, 0L), (_latency.Percentile(0.99), _latency.MaxMicroseconds));
    }

    [Theory]
    [InlineData(0, "[<=0ms]")]
    [InlineData(999, "[<=0ms]")]
    [InlineData(1_000, "[0~10ms]")]
    [InlineData(9_999, "[0~10ms]")]
    [InlineData(10_000, "[10~50ms]")]
    [InlineData(49_999, "[10~50ms]")]
    [InlineData(50_000, "[50~100ms]")]
    [InlineData(100_000, "[100~200ms]")]
    [InlineData(200_000, "[200~500ms]")]
    [InlineData(499_999, "[200~500ms]")]
    [InlineData(500_000, "[500ms~1s]")]
    [InlineData(1_000_000, "[1~2s]")]
    [InlineData(2_000_000, "[2~3s]")]
    [InlineData(3_999_999, "[3~4s]")]
    [InlineData(4_000_000, "[4~5s]")]
    [InlineData(9_999_999, "[5~10s]")]
    [InlineData(10_000_000, "[10s~]")]
    [InlineData(long.MaxValue, "[10s~]")]
    public void Call_StandsInItsGroup(long microseconds, string group)
    {
        _latency.Add(microseconds);

        Assert.Equal(Empty.Replace(group + ":0", group + ":1", StringComparison.Ordinal), _latency.ToString());
        Assert.Equal(microseconds, _latency.MaxMicroseconds);
    }

    [Theory]
    [InlineData(0.5, "0.05")]
    [InlineData(0.98, "0.05")]
    [InlineData(0.99, "3")]
    [InlineData(0.999, "200")]
    [InlineData(1, "12000")]
    public void Percentile_IsTheBoundThatSoManyStayBelow(double share, string expected)
    {
        for (int call = 0; call < 985; call++)
            _latency.Add(30);
        for (int call = 0; call < 12; call++)
            _latency.Add(2_500);
        _latency.Add(199_000);
        _latency.Add(199_000);
        _latency.Add(12_000_000);

        Assert.Equal(expected, _latency.Percentile(share).ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Sample_ShowsTheLastWholeMinute_AndKeepsTheLongest()
    {
        _latency.Add(30_000);
        _latency.Sample(59_999);
        Assert.Contains("[10~50ms]:1 ", _latency.ToString(), StringComparison.Ordinal);

        _latency.Sample(60_000);
        _latency.Add(70_000);
        Assert.Equal(Empty.Replace("[10~50ms]:0", "[10~50ms]:1", StringComparison.Ordinal), _latency.ToString());

        _latency.Sample(120_000);
        Assert.Equal(Empty.Replace("[50~100ms]:0", "[50~100ms]:1", StringComparison.Ordinal), _latency.ToString());

        _latency.Sample(180_000);
        Assert.Equal(Empty, _latency.ToString());
        Assert.Equal(70_000, _latency.MaxMicroseconds);
    }
}
