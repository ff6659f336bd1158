using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using OrleansMq.Bench.Macro.Sockets;

namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>What the disk itself can do, measured beside the broker.</summary>
/// <param name="BytesPerSecond">Rate of writing a new file from beginning to end, with a flush at the end.</param>
/// <param name="Flush">The median time of overwriting 4 KiB and flushing them with fdatasync.</param>
internal readonly record struct DiskProbe(double BytesPerSecond, TimeSpan Flush)
{
    private const int BlockBytes = 1024 * 1024;
    private const int PageBytes = 4096;
    private const int FlushCount = 200;

    /// <summary>Measures.</summary>
    /// <param name="path">A file that is written and deleted.</param>
    /// <param name="bytes">How much is written.</param>
    public static DiskProbe Measure(string path, long bytes)
    {
        byte[] block = new byte[BlockBytes];
        Random.Shared.NextBytes(block);
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);
            long started = Stopwatch.GetTimestamp();
            for (long at = 0; at < bytes; at += BlockBytes)
                RandomAccess.Write(file, block, at);
            Sync(file);
            double rate = bytes / Stopwatch.GetElapsedTime(started).TotalSeconds;
            return new DiskProbe(rate, MedianFlush(file, block));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static TimeSpan MedianFlush(SafeFileHandle file, byte[] block)
    {
        var times = new TimeSpan[FlushCount];
        for (int index = 0; index < FlushCount; index++)
        {
            long started = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, block.AsSpan(0, PageBytes), (long)index * PageBytes);
            Sync(file);
            times[index] = Stopwatch.GetElapsedTime(started);
        }

        Array.Sort(times);
        return times[FlushCount / 2];
    }

    private static void Sync(SafeFileHandle file) =>
        LinuxCalls.ThrowIfFailed(LinuxCalls.SyncData((int)file.DangerousGetHandle()), "fdatasync");
}
