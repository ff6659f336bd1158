namespace OrleansMq.Storage.Retention;

/// <summary>
/// A dispatch target that reads records of the log again, such as messages that wait for their time. No file is deleted
/// while it holds a record that is needed; the holder is asked to store it anew instead.
/// </summary>
public interface IRecordHolder
{
    /// <summary>What it needs records for, as a subject in the plural.</summary>
    string Subject { get; }

    /// <summary>The position of the first record that is needed; <see cref="long.MaxValue"/> without one.</summary>
    long NeededFrom { get; }

    /// <summary>
    /// Asks to store anew, above all that is there, what is needed below a position. Returns at once; the cleaner asks
    /// again until <see cref="NeededFrom"/> has come that far. A holder that cannot move its records does nothing: they
    /// keep the file until they are not needed any more.
    /// </summary>
    void MoveAbove(long position);
}
