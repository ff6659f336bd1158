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
    private volatile bool _isStopping;

    /// <summary>Starts the thread.</summary>
    public WorkerThread(IStoreWorker worker, ILogger logger)
    {
        _worker = worker;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = worker.Name };
        _thread.Start();
    }

    /// <summary>Lets the step at hand finish and stops.</summary>
    public void Dispose()
    {
        _isStopping = true;
        _worker.Signal.Set();
        _thread.Join();
    }

    private void Run()
    {
        while (!_isStopping)
            _worker.Signal.Wait(Step());
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
