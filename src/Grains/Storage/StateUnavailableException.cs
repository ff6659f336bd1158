namespace OrleansMq.Grains.Storage;

/// <summary>A decision could not be stored, so that it was not made. Asking again later is safe.</summary>
[GenerateSerializer, Alias("OrleansMq.StateUnavailable")]
public sealed class StateUnavailableException(string message) : Exception(message);
