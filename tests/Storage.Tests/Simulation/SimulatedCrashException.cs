namespace OrleansMq.Storage.Tests.Simulation;

/// <summary>The process died, or the power failed, at this point.</summary>
internal sealed class SimulatedCrashException : Exception;
