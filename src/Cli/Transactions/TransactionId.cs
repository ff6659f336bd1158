using System.CommandLine;
using System.Globalization;

namespace OrleansMq.Cli.Transactions;

/// <summary>Names a transaction: its broker and where its half message stands in that broker's log.</summary>
internal readonly record struct TransactionId(string BrokerName, long PhysicalOffset)
{
    private const char BeforeOffset = '@';

    /// <summary>The argument that holds one.</summary>
    public static Argument<TransactionId> Argument() => new("id")
    {
        Description = "The transaction as it is listed, BROKER@POSITION.",
        CustomParser = result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (TryParse(text, out TransactionId id))
                return id;

            result.AddError($"'{text}' is no transaction; BROKER@POSITION is expected, as it is listed.");
            return default;
        },
    };

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, out TransactionId id)
    {
        id = default;
        int at = text.LastIndexOf(BeforeOffset);
        if (at < 1
            || !long.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
        {
            return false;
        }

        id = new TransactionId(text[..at], offset);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{BrokerName}{BeforeOffset}{PhysicalOffset}");
}
