using System.Runtime.CompilerServices;
using OrleansMq.Client.Reading;
using OrleansMq.Client.Receiving;
using OrleansMq.Client.Routing;

namespace OrleansMq.Client;

/// <summary>Reading of topics.</summary>
public sealed partial class OrleansMqClient
{
    /// <summary>
    /// The messages of a topic, those of each queue in their order; from the oldest on and without an end unless the
    /// options say otherwise. Nothing is asked for before the enumeration begins, nor after it ended.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="options">What to read; null for the defaults.</param>
    /// <param name="cancellation">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="TopicNotFoundException">The topic does not exist.</exception>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public async IAsyncEnumerable<ReceivedMessage> ReadAsync(
        string topic, ReadOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        TopicReader reader = await OpenReaderAsync(topic, options, cancellation).ConfigureAwait(false);
        await using (((IAsyncDisposable)reader).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false) is { } message)
                yield return message;
        }
    }

    /// <summary>
    /// Opens a reader of a topic, for what an enumeration alone cannot do: seek, commit, say where it is. Its place in
    /// every queue is fixed when the task completes.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="options">What to read; null for the defaults.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="TopicNotFoundException">The topic does not exist.</exception>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    /// <exception cref="ConnectionLostException">No broker can be reached.</exception>
    public Task<TopicReader> OpenReaderAsync(
        string topic, ReadOptions? options = null, CancellationToken cancellation = default) =>
        TopicReader.OpenAsync(this, topic, options ?? new ReadOptions(), cancellation);
}
