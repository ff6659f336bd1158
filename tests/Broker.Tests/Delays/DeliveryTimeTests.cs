using OrleansMq.Broker.Delays;
using OrleansMq.Messages.Properties;

namespace OrleansMq.Broker.Tests.Delays;

public sealed class DeliveryTimeTests
{
    private const long Now = 1_700_000_000_000;

    [Theory]
    [InlineData("TAGS=a")]
    [InlineData("DELAY=0")]
    [InlineData("TIMER_DELIVER_MS=0")]
    [InlineData("TIMER_DELIVER_MS=1700000000000")]
    [InlineData("TIMER_DELAY_SEC=0")]
    [InlineData("TIMER_DELAY_MS=0")]
    public void Of_IsNow_WhenNothingIsToBeWaitedFor(string properties) => Assert.Equal(default, Of(properties));

    [Theory]
    [InlineData("DELAY=1", 1, 1_000)]
    [InlineData("DELAY=3", 3, 10_000)]
    [InlineData("DELAY=18", 18, 7_200_000)]
    [InlineData("DELAY=19", 18, 7_200_000)]
    [InlineData("DELAY=9223372036854775807", 18, 7_200_000)]
    [InlineData("TIMER_DELIVER_MS=1700000009000;DELAY=1", 1, 1_000)]
    public void Of_IsALevel_WhenDelayIsSet(string properties, int level, long after) =>
        Assert.Equal(new DeliveryTime(DeliveryKind.AtLevel, level, Now + after, null), Of(properties));

    [Theory]
    [InlineData("TIMER_DELAY_SEC=7", 7_000)]
    [InlineData("TIMER_DELAY_MS=7", 7)]
    [InlineData("TIMER_DELIVER_MS=1700000000001", 1)]
    [InlineData("DELAY=0;TIMER_DELAY_MS=7", 7)]
    [InlineData("TIMER_DELIVER_MS=1700000000001;TIMER_DELAY_MS=2;TIMER_DELAY_SEC=3", 3_000)]
    [InlineData("TIMER_DELIVER_MS=1700000000001;TIMER_DELAY_MS=2", 2)]
    [InlineData("TIMER_DELAY_SEC=259200", 259_200_000)]
    [InlineData("TIMER_DELAY_MS=259200000", 259_200_000)]
    [InlineData("TIMER_DELIVER_MS=1700259200000", 259_200_000)]
    public void Of_IsATime_UpToTheLongestDelay(string properties, long after) =>
        Assert.Equal(new DeliveryTime(DeliveryKind.AtTime, 0, Now + after, null), Of(properties));

    [Theory]
    [InlineData("TIMER_DELAY_SEC=259201")]
    [InlineData("TIMER_DELAY_MS=259200001")]
    [InlineData("TIMER_DELIVER_MS=1700259200001")]
    [InlineData("TIMER_DELAY_SEC=9223372036854775807")]
    [InlineData("TIMER_DELAY_MS=9223372036854775807")]
    [InlineData("TIMER_DELIVER_MS=9223372036854775807")]
    public void Of_Refuses_MoreThanTheLongestDelay(string properties)
    {
        DeliveryTime time = Of(properties);
        Assert.Equal(DeliveryKind.Refused, time.Kind);
        Assert.Contains("259200000 ms", time.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELAY=x")]
    [InlineData("DELAY=-1")]
    [InlineData("TIMER_DELAY_SEC=-1")]
    [InlineData("TIMER_DELAY_MS=")]
    [InlineData("TIMER_DELAY_MS=1.5")]
    [InlineData("TIMER_DELIVER_MS=-1")]
    [InlineData("TIMER_DELIVER_MS=tomorrow")]
    [InlineData("TIMER_DELIVER_MS=9223372036854775808")]
    public void Of_Refuses_WhatIsNoNumberFromZeroUp(string properties)
    {
        DeliveryTime time = Of(properties);
        Assert.Equal(DeliveryKind.Refused, time.Kind);
        Assert.Contains(properties.Split('=')[0], time.Problem, StringComparison.Ordinal);
    }

    private static DeliveryTime Of(string properties)
    {
        byte[] block = PropertyBlock.FromPairs(properties.Split(';')
            .Select(pair => pair.Split('='))
            .Select(pair => KeyValuePair.Create(pair[0], pair[1])));
        return DeliveryTime.Of(block, Now, DelayLevels.Default, TimeSpan.FromDays(3));
    }
}
