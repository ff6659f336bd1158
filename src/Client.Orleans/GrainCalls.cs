namespace OrleansMq.Client.Orleans;

/// <summary>
/// Waits for grain calls no longer than it may: those of a client whose silo died would else hang until Orleans gives
/// them up.
/// </summary>
internal sealed class GrainCalls(OrleansTransportOptions options)
{
    /// <summary>Waits for a call.</summary>
    /// <param name="call">The call, begun.</param>
    /// <param name="hold">How long the silo may hold it.</param>
    /// <param name="what">What it is for, for the exception.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="IOException">It failed, or took too long.</exception>
    public async Task<T> WaitAsync<T>(Task<T> call, TimeSpan hold, string what, CancellationToken cancellation)
    {
        TimeSpan limit = hold + options.CallTimeout;
        try
        {
            return await call.WaitAsync(limit, options.Time, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Forget(call);
            throw;
        }
        catch (TimeoutException cause) when (!call.IsCompleted)
        {
            Forget(call);
            throw new IOException($"{what}: the silo did not answer within {limit.TotalMilliseconds:F0} ms.", cause);
        }
#pragma warning disable CA1031 // Whatever Orleans throws, the connection is lost.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            throw new IOException($"{what}: {cause.Message}", cause);
        }
    }

    /// <summary>Lets a call go on by itself, whatever becomes of it.</summary>
    public static void Forget(Task call) => call.ContinueWith(
        static failed => _ = failed.Exception, CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
