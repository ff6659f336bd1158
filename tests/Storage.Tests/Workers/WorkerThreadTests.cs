using Microsoft.Extensions.Logging.Abstractions;
using OrleansMq.Storage.Workers;

namespace OrleansMq.Storage.Tests.Workers;

public sealed class WorkerThreadTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task CatchUp_EndsWhenNothingIsDueAnyMore()
    {
        var worker = new CountingWorker();
        using var thread = new WorkerThread(worker, NullLogger.Instance);
        await thread.CatchUpAsync().WaitAsync(Limit);
        worker.Due = 5;
        await thread.CatchUpAsync().WaitAsync(Limit);
        Assert.Equal(0, worker.Due);
    }

    [Fact]
    public async Task CatchUp_EndsWithTheThread()
    {
        var worker = new CountingWorker();
        var thread = new WorkerThread(worker, NullLogger.Instance);
        await thread.CatchUpAsync().WaitAsync(Limit);
        using var inStep = new ManualResetEventSlim();
        worker.InStep = inStep.Wait;
        worker.Signal.Set();
        Task catchingUp = thread.CatchUpAsync();
        Task disposing = Task.Run(thread.Dispose);
        inStep.Set();
        await disposing.WaitAsync(Limit);
        await catchingUp.WaitAsync(Limit);
        await thread.CatchUpAsync().WaitAsync(Limit);
    }

    /// <summary>Has so many things to do, one a step.</summary>
    private sealed class CountingWorker : IStoreWorker
    {
        private volatile int _due;

        public string Name => "test";

        public WorkerSignal Signal { get; } = new();

        public Action InStep { get; set; } = static () => { };

        public int Due
        {
            get => _due;
            set => _due = value;
        }

        public TimeSpan PumpOnce()
        {
            InStep();
            if (_due == 0)
                return Timeout.InfiniteTimeSpan;
            _due--;
            return TimeSpan.Zero;
        }
    }
}
