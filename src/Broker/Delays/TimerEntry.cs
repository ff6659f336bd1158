namespace OrleansMq.Broker.Delays;

/// <summary>A parked message that waits for its delivery time.</summary>
/// <param name="DueMilliseconds">When it is due, Unix milliseconds, 0 and up.</param>
/// <param name="PhysicalOffset">Where its record stands in the log; identifies the entry.</param>
public readonly record struct TimerEntry(long DueMilliseconds, long PhysicalOffset);
