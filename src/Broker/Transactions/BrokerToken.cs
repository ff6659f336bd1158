using System.Diagnostics.CodeAnalysis;
using System.Text;
using OrleansMq.Messages.Checksums;

namespace OrleansMq.Broker.Transactions;

/// <summary>
/// Names the broker that has a half message in a question that another broker asks for it. Producers answer whoever
/// asked them, with the two numbers of the question. So the place in the queue of half messages, which the position
/// makes superfluous, is replaced by a number below 0 that tells the asking broker where the answer belongs, even if
/// it was restarted meanwhile.
/// </summary>
public static class BrokerToken
{
    /// <summary>The number of a broker: -1 to -2^32.</summary>
    public static long Of(string brokerName) => -1L - Crc32.Compute(Encoding.UTF8.GetBytes(brokerName));

    /// <summary>Whether a place in the queue of half messages is none, but names a broker.</summary>
    public static bool IsToken(long queueOffset) => queueOffset < 0;

    /// <summary>Finds the broker; false when none has that number, or two have.</summary>
    public static bool TryFind(long token, IEnumerable<string> brokerNames, [NotNullWhen(true)] out string? name)
    {
        string[] found = [.. brokerNames.Where(candidate => Of(candidate) == token).Take(2)];
        name = found.Length == 1 ? found[0] : null;
        return name is not null;
    }
}
