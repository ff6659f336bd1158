namespace OrleansMq.Storage.Dispatching;

/// <summary>
/// An index over the log that the dispatcher feeds: it sees every confirmed record once a run, in log order, and must
/// come to the same state from any point that it called durable.
/// </summary>
public interface IDispatchTarget
{
    /// <summary>
    /// All records below this position are in the target's own files. As the store opens: where dispatching must begin
    /// for this target, <see cref="long.MaxValue"/> when its files are whole, since the checkpoint never lies behind
    /// what every target had. A target must pass over what it already has.
    /// </summary>
    long DurableUntil { get; }

    /// <summary>
    /// Takes in a record. Called by one thread at a time; must not block and must not throw but for lack of space: then
    /// the same record comes again before any other, and nothing is asked to be durable before it was taken in.
    /// </summary>
    /// <exception cref="Files.StoreIOException">The disk failed or is full.</exception>
    void Dispatch(in DispatchedRecord record);

    /// <summary>
    /// Called under the dispatch lock by the checkpoint: note the state that corresponds to
    /// <paramref name="dispatchedUntil"/>, quickly, and return the work that writes it to disk, to be run outside the
    /// lock; null when nothing has to be written now. When the work returns, <see cref="DurableUntil"/> has moved on.
    /// If it finds no space it throws, and the next call asks for it again.
    /// </summary>
    Action? PrepareDurable(long dispatchedUntil);
}
