namespace OrleansMq.Client.Administration;

/// <summary>
/// What operators do with a cluster, all brokers of it, through any of them. Operations fail with a
/// <see cref="RemotingException"/> when a broker refuses, and a <see cref="ConnectionLostException"/> when one cannot
/// be reached; each broker is asked in turn, so that what was done at those before is done. Thread-safe.
/// </summary>
public sealed class ClusterAdmin
{
    internal ClusterAdmin(OrleansMqClient client)
    {
        var calls = new AdminCalls(client);
        Topics = new TopicAdmin(calls);
        Groups = new GroupAdmin(calls);
        Offsets = new OffsetAdmin(calls);
        Messages = new MessageAdmin(calls);
        DeadLetters = new DeadLetterAdmin(calls);
        Transactions = new TransactionAdmin(calls);
        Brokers = new BrokerAdmin(calls);
    }

    /// <summary>Topics: made, changed, deleted, listed and described.</summary>
    public TopicAdmin Topics { get; }

    /// <summary>Consumer groups: made, changed, deleted, listed and described; how far they lag.</summary>
    public GroupAdmin Groups { get; }

    /// <summary>Where groups are, and sending them elsewhere.</summary>
    public OffsetAdmin Offsets { get; }

    /// <summary>Messages, found by their ids and keys, and what happened to them.</summary>
    public MessageAdmin Messages { get; }

    /// <summary>What groups gave up, and sending it again.</summary>
    public DeadLetterAdmin DeadLetters { get; }

    /// <summary>Transactions that are not over.</summary>
    public TransactionAdmin Transactions { get; }

    /// <summary>The brokers and how they are.</summary>
    public BrokerAdmin Brokers { get; }
}
