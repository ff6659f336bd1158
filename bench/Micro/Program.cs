using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using OrleansMq.Bench.Micro.Benchmarks;
using Perfolizer.Horology;

// In this process: a project that is generated for each benchmark would have to be restored and built first. The
// compiler's tiers are passed through within the warm-up. On a busy machine the median and the minimum say more than
// the mean.
Job job = Job.Default
    .WithToolchain(InProcessEmitToolchain.Instance)
    .WithMinIterationTime(TimeInterval.FromMilliseconds(200))
    .WithWarmupCount(8)
    .WithIterationCount(12);
ManualConfig config = DefaultConfig.Instance
    .AddJob(job)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumn(StatisticColumn.Min, StatisticColumn.Median)
    .HideColumns(Column.Error, Column.StdDev, Column.RatioSD);
BenchmarkSwitcher.FromAssembly(typeof(AppendBenchmarks).Assembly).Run(args, config);
