using System.Net;

namespace OrleansMq.Bench.Macro.Loads;

/// <summary>The broker that is put under load.</summary>
/// <param name="EndPoint">Where it listens.</param>
/// <param name="Process">Its process, whose use of the machine is measured.</param>
/// <param name="Disk">Counts the flushes of the disk its store lies on; null if unknown.</param>
internal sealed record Target(IPEndPoint EndPoint, int Process, Measurement.DiskCounter? Disk = null);
