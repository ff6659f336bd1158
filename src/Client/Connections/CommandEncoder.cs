using OrleansMq.Protocol.Remoting;

namespace OrleansMq.Client.Connections;

/// <summary>
/// Appends the frame of one command. Called under the connection's lock: it must be short and must not wait.
/// </summary>
internal delegate void CommandEncoder<in T>(T request, int opaque, OutputBuffer output);
