using OrleansMq.Broker.Clustering;
using OrleansMq.Broker.Sending;
using OrleansMq.Messages.Identity;
using OrleansMq.Messages.Properties;
using OrleansMq.Messages.Records;
using OrleansMq.Storage;
using OrleansMq.Storage.CommitLogs;

namespace OrleansMq.Broker.Transactions;

/// <summary>What operators do with a broker's transactions that are not over. Reads the disk. Thread-safe.</summary>
public sealed class OpenTransactions
{
    /// <summary>The most half messages that one page reads, whatever it finds.</summary>
    public const int MaxRead = 10_000;

    /// <summary>The most transactions that one call resumes.</summary>
    public const int MaxResumed = 10_000;

    private readonly HalfMessages _halves;
    private readonly MessageStore _store;

    internal OpenTransactions(HalfMessages halves, MessageStore store)
    {
        _halves = halves;
        _store = store;
    }

    /// <summary>A page of them.</summary>
    public TransactionPage List(TransactionFilter filter)
    {
        var found = new List<OpenTransaction>();
        int read = 0;
        foreach (HalfMessage half in _halves.List())
        {
            if (half.PhysicalOffset <= filter.AfterOffset || (filter.State is { } state && half.State != state))
                continue;
            if (found.Count == filter.MaxCount || read == MaxRead)
                return new TransactionPage(found, half.PhysicalOffset - 1);

            read++;
            if (TryRead(half, out OpenTransaction? open)
                && (filter.ProducerGroup is null || filter.ProducerGroup == open!.ProducerGroup))
            {
                found.Add(open!);
            }
        }

        return new TransactionPage(found, null);
    }

    /// <summary>Resumes the parked transactions of a producer group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="last">The last record that was stored; nothing when there was none to resume.</param>
    public ResumeOutcome ResumeAll(string group, out SendResult last)
    {
        last = default;
        int resumed = 0;
        int left = 0;
        foreach (HalfMessage half in _halves.List().Where(half => half.State == TransactionState.Parked))
        {
            if (!TryRead(half, out OpenTransaction? open) || open!.ProducerGroup != group)
                continue;

            if (resumed == MaxResumed)
            {
                left++;
                continue;
            }

            SendResult result = _halves.Resume(half.PhysicalOffset);
            if (result.IsStored)
            {
                resumed++;
                last = result;
            }
            else if (_halves.Find(half.PhysicalOffset) is { State: TransactionState.Parked })
            {
                return new ResumeOutcome(resumed, left, new MetadataRefusal(result.Code, result.Problem!));
            }
        }

        return new ResumeOutcome(resumed, left, null);
    }

    private bool TryRead(HalfMessage half, out OpenTransaction? open)
    {
        open = null;
        if (!_store.Log.TryRead(half.PhysicalOffset, out RecordLease lease))
            return false;

        using (lease)
        {
            if (RecordView.TryRead(lease.Bytes, out RecordView record) != RecordDefect.None
                || !HalfRecords.IsHalf(record))
            {
                return false;
            }

            ReadOnlySpan<byte> topic = HalfRecords.DestinationOf(record, out int queueId);
            open = new OpenTransaction(
                half,
                HalfRecords.TextOf(record.Properties, PropertyNames.ProducerGroup),
                System.Text.Encoding.UTF8.GetString(topic),
                queueId,
                HalfRecords.TextOf(record.Properties, PropertyNames.UniqueKey),
                new OffsetMessageId(record.StoreHost, record.PhysicalOffset).ToString(),
                record.StoreTimestamp);
            return true;
        }
    }
}
