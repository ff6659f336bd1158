using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OrleansMq.Storage.Diagnostics;

namespace OrleansMq.Storage.Workers;

/// <summary>Runs a worker on a thread of its own until it is disposed.</summary>
[SuppressMessage("ApiDesign", "RS0030", Justification = "The one thread that steps a worker outside of simulations.")]
public sealed class WorkerThread : IDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly IStoreWorker _worker;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private List<TaskCompletionSource> _waiting = [];
    private volatile bool _isStopping;

    /// <summary>Starts the thread.</summary>
    public WorkerThread(IStoreWorker worker, ILogger logger)
    {
        _worker = worker;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = worker.Name };
        _thread.Start();
    }

    /// <summary>
    /// Has the worker do now what is due; completes when a step that began after this call had nothing to do at once.
    /// For those who move its clock.
    /// </summary>
    public Task CatchUpAsync()
    {
        var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isStopping)
                return Task.CompletedTask;
            _waiting.Add(caughtUp);
        }

        _worker.Signal.Set();
        return caughtUp.Task;
    }

    /// <summary>Lets the step at hand finish and stops.</summary>
    public void Dispose()
    {
        lock (_gate)
            _isStopping = true;
        _worker.Signal.Set();
        _thread.Join();
        Complete(TakeWaiting());
    }

    private static void Complete(List<TaskCompletionSource> waiting)
    {
        foreach (TaskCompletionSource one in waiting)
            one.SetResult();
    }

    private void Run()
    {
        List<TaskCompletionSource> waiting = [];
        while (!_isStopping)
        {
            waiting.AddRange(TakeWaiting());
            TimeSpan wait = Step();
            if (wait != TimeSpan.Zero)
            {
                Complete(waiting);
                waiting.Clear();
            }

            _worker.Signal.Wait(wait);
        }

        Complete(waiting);
    }

    private List<TaskCompletionSource> TakeWaiting()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
                return [];
            List<TaskCompletionSource> taken = _waiting;
            _waiting = [];
            return taken;
        }
    }

    private TimeSpan Step()
    {
        try
        {
            return _worker.PumpOnce();
        }
#pragma warning disable CA1031 // A worker must outlive a mistake in one step; the log names it.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            _logger.WorkerFailed(_worker.Name, cause);
            return AfterFailure;
        }
    }
}
