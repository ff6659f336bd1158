namespace OrleansMq.Bench.Macro.Measurement;

/// <summary>What a run of the .NET client has shown.</summary>
/// <param name="Run">As of every run.</param>
/// <param name="AllocatedBytes">Bytes that the client's process allocated for each message.</param>
internal sealed record SdkReport(RunReport Run, double AllocatedBytes);
