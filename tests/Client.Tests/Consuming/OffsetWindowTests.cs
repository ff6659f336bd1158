using OrleansMq.Client.Consuming.Offsets;

namespace OrleansMq.Client.Tests.Consuming;

public sealed class OffsetWindowTests
{
    [Fact]
    public void Unfinished_IsTheLowestThatIsNotDone_WhateverTheOrder()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var window = new OffsetWindow(5);
            var underWay = new SortedSet<long>();
            long next = 5;
            for (int step = 0; step < 500; step++)
            {
                if (random.Next(2) == 0 || underWay.Count == 0)
                {
                    next += random.Next(3);
                    window.Add(next);
                    underWay.Add(next++);
                }
                else
                {
                    long done = underWay.ElementAt(random.Next(underWay.Count));
                    window.Complete(done);
                    underWay.Remove(done);
                }

                long expected = underWay.Count == 0 ? next : underWay.Min;
                Assert.True(
                    (expected, next) == (window.Unfinished, window.Next),
                    $"Seed {seed}, step {step}: expected {(expected, next)}, found {(window.Unfinished, window.Next)}.");
            }
        }
    }

    [Fact]
    public void Complete_ChangesNothing_WhenTheOffsetIsNotUnderWay()
    {
        var window = new OffsetWindow(0);
        window.Add(3);
        window.Complete(2);
        window.Complete(4);
        Assert.Equal((3L, 4L, 1), (window.Unfinished, window.Next, window.Count));
    }

    [Fact]
    public void Advance_MovesThePlace_WhenNothingIsUnderWay()
    {
        var window = new OffsetWindow(0);
        window.Advance(7);
        Assert.Equal((7L, 7L), (window.Unfinished, window.Next));
    }
}
