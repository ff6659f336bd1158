using OrleansMq.Client.Popping;

namespace OrleansMq.Client;

/// <summary>Messages that are acknowledged one by one.</summary>
public sealed partial class OrleansMqClient
{
    /// <summary>
    /// Makes a consumer that takes messages when it is asked to. It costs nothing while nobody waits.
    /// </summary>
    /// <exception cref="ArgumentException">The options cannot work.</exception>
    public SimpleConsumer CreateSimpleConsumer(SimpleConsumerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SimpleConsumer(this, options);
    }
}
