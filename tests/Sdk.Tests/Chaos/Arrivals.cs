using System.Collections;
using System.Diagnostics;

namespace OrleansMq.Sdk.Tests.Chaos;

/// <summary>Which numbers of a sender have been consumed, once or more often. Thread-safe.</summary>
internal sealed class Arrivals
{
    private readonly Lock _gate = new();
    private readonly BitArray _numbers = new(4_096);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _allBelow;

    /// <summary>Takes note of a number.</summary>
    public void Add(int number)
    {
        lock (_gate)
        {
            if (number >= _numbers.Length)
                _numbers.Length = Math.Max(number + 1, 2 * _numbers.Length);
            _numbers[number] = true;
            if (number != _allBelow)
                return;

            while (_allBelow < _numbers.Length && _numbers[_allBelow])
                _allBelow++;
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits until all numbers below one have come.</summary>
    public async Task AllUntilAsync(int end, TimeSpan limit, string whose)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            Task changed;
            int missing;
            lock (_gate)
            {
                missing = _allBelow;
                changed = _changed.Task;
            }

            TimeSpan left = limit - Stopwatch.GetElapsedTime(began);
            if (missing >= end)
                return;
            Assert.True(left > TimeSpan.Zero, $"{whose}: message {missing} of {end} was not consumed within {limit}");
            await Task.WhenAny(changed, Task.Delay(left));
        }
    }
}
