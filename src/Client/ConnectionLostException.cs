namespace OrleansMq.Client;

/// <summary>
/// The connection ended before an answer came: whether the broker carried out the request is unknown. A connection that
/// ended stays so; make a new one.
/// </summary>
public sealed class ConnectionLostException : IOException
{
    internal ConnectionLostException(string message, Exception? cause)
        : base(message, cause)
    {
    }
}
