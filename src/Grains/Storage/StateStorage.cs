using Orleans.Storage;
using OrleansMq.Grains.Placement;

namespace OrleansMq.Grains.Storage;

/// <summary>How grains keep their state.</summary>
public static class StateStorage
{
    /// <summary>The name of the grain storage that a silo must provide.</summary>
    public const string Name = "OrleansMq";

    /// <summary>
    /// Writes a new state. Unless it was written the old one stays, so that memory never says what the database does
    /// not. Where another activation has written meanwhile, this one ends: the next call reads what the other wrote.
    /// </summary>
    /// <exception cref="StateUnavailableException">It could not be written.</exception>
    internal static async Task ReplaceAsync<T>(this IPersistentState<T> storage, Grain grain, T state)
        where T : class
    {
        T before = storage.State;
        storage.State = state;
        try
        {
            await storage.WriteStateAsync();
        }
        catch (InconsistentStateException)
        {
            grain.EndActivation();
            throw new StateUnavailableException("Another activation decided meanwhile; ask again.");
        }
#pragma warning disable CA1031 // Every database says otherwise that it is away.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            storage.State = before;
            throw new StateUnavailableException($"The cluster's database took no change: {cause.Message}");
        }
    }
}
