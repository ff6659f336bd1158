using Microsoft.Extensions.Logging;
using OrleansMq.Broker.Clustering;
using OrleansMq.Grains.Diagnostics;

namespace OrleansMq.Grains.ControlPlanes;

/// <summary>
/// Asks grains for decisions. While a silo is dying or the database is away calls fail: they are made again, with
/// pauses, until the decision's time is over. Every decision may be asked for twice.
/// </summary>
internal sealed class DecisionCaller(ClusteringOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>The decision.</summary>
    /// <exception cref="UndecidedException">It could not be had in time.</exception>
    public async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        long began = time.GetTimestamp();
        TimeSpan pause = FirstPause;
        while (true)
        {
            TimeSpan left = options.DecisionTimeout - time.GetElapsedTime(began);
            try
            {
                return await call().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Which exceptions a dying silo or a database causes is open-ended.
            catch (Exception cause)
#pragma warning restore CA1031
            {
                if (time.GetElapsedTime(began) + pause >= options.DecisionTimeout)
                    throw Undecided(cause);
            }

            await Task.Delay(pause, time).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>The same for a call without an answer.</summary>
    public Task CallAsync(Func<Task> call) => CallAsync(async () =>
    {
        await call().ConfigureAwait(false);
        return true;
    });

    private UndecidedException Undecided(Exception cause)
    {
        string problem = cause is TimeoutException
            ? $"the cluster did not answer within {options.DecisionTimeout.TotalSeconds:0.#} s"
            : cause.Message;
        logger.Undecided(problem);
        return new UndecidedException(
            $"The cluster cannot decide now, nothing was changed; try again later: {problem}");
    }
}

/// <summary>A decision could not be had in time.</summary>
internal sealed class UndecidedException(string message) : Exception(message);
