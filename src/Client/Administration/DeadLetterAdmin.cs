using System.Runtime.CompilerServices;
using OrleansMq.Client.Transports;
using OrleansMq.Protocol.Bodies;
using OrleansMq.Protocol.Codes;
using OrleansMq.Protocol.Requests;

namespace OrleansMq.Client.Administration;

/// <summary>What groups gave up, on all brokers, and sending it again.</summary>
public sealed class DeadLetterAdmin
{
    private const int PageSize = 100;

    private readonly AdminCalls _calls;

    internal DeadLetterAdmin(AdminCalls calls) => _calls = calls;

    /// <summary>The groups that have dead letters, for each broker that has them.</summary>
    public async IAsyncEnumerable<(string BrokerName, DeadLetterSummary Group)> ListGroupsAsync(
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            DeadLetterGroups groups = await AdminCalls.OperationsOf(broker).ListDeadLetterGroupsAsync(cancellation)
                .ConfigureAwait(false);
            foreach (DeadLetterSummary group in groups.Groups)
                yield return (address.BrokerName!, group);
        }
    }

    /// <summary>The dead letters of a group, by broker and age. Pages are asked for as they are needed.</summary>
    public async IAsyncEnumerable<(string BrokerName, DeadLetterEntry Letter)> ListAsync(
        DeadLetterSelection selection, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(selection);
        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            string? cursor = null;
            do
            {
                DeadLetterList? page = await PageAsync(broker, selection, cursor, cancellation).ConfigureAwait(false);
                foreach (DeadLetterEntry letter in page?.DeadLetters ?? [])
                {
                    if (selection.MessageIds.Count == 0 || selection.MessageIds.Contains(letter.MessageId))
                        yield return (address.BrokerName!, letter);
                }

                cursor = page?.Next == cursor ? null : page?.Next;
            }
            while (cursor is not null);
        }
    }

    /// <summary>One dead letter with all that it carries; null if no broker has it.</summary>
    public async Task<(string BrokerName, DeadLetterDetails Letter)?> ShowAsync(
        string group, string messageId, CancellationToken cancellation = default)
    {
        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
        {
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            try
            {
                return (address.BrokerName!, await AdminCalls.OperationsOf(broker)
                    .ShowDeadLetterAsync(group, messageId, cancellation).ConfigureAwait(false));
            }
            catch (RemotingException refusal) when (refusal.Code == ResponseCode.QueryNotFound)
            {
                // Another broker may have it.
            }
        }

        return null;
    }

    /// <summary>
    /// Sends dead letters again, each once, and tells of each as it is done; an enumeration that ends early has sent
    /// what it told of, and at most a page more. Those that were named and are nowhere come last, as not found.
    /// </summary>
    public async IAsyncEnumerable<(string? BrokerName, ResentEntry Letter)> ResendAsync(
        DeadLetterSelection selection, ResendOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(selection);
        options ??= new ResendOptions();
        List<string> missing = [.. selection.MessageIds];
        bool areNamed = missing.Count > 0;
        foreach (BrokerAddress address in await _calls.BrokersAsync(cancellation).ConfigureAwait(false))
        {
            if (areNamed && missing.Count == 0)
                break;
            BrokerClient broker = await _calls.ConnectAsync(address, cancellation).ConfigureAwait(false);
            string? cursor = null;
            do
            {
                ResendReport? report = await ResendAsync(
                    broker, RequestOf(selection, options, areNamed ? missing.ToArray() : [], cursor), cancellation)
                    .ConfigureAwait(false);
                string[] named = [.. missing];
                for (int index = 0; index < (report?.Letters.Count ?? 0); index++)
                {
                    ResentEntry letter = report!.Letters[index];

                    // The answer tells of those that were named in the order in which they were.
                    if (areNamed && letter.Outcome == ResentEntry.NotFound)
                        continue;
                    if (areNamed)
                        missing.Remove(named[index]);
                    yield return (address.BrokerName, letter);
                }

                cursor = areNamed || report?.Next == cursor ? null : report?.Next;
            }
            while (cursor is not null);
        }

        foreach (string id in missing)
            yield return (null, new ResentEntry { MessageId = id, Outcome = ResentEntry.NotFound });
    }

    private static ResendDeadLettersRequest RequestOf(
        DeadLetterSelection selection, ResendOptions options, string[] ids, string? cursor) => new(
        selection.Group, ids, selection.Topic, selection.Begin, selection.End, int.MaxValue, cursor, options.ToTopic,
        options.IsDryRun, options.IsForced);

    private static async Task<DeadLetterList?> PageAsync(
        BrokerClient broker, DeadLetterSelection selection, string? cursor, CancellationToken cancellation)
    {
        try
        {
            return await AdminCalls.OperationsOf(broker).ListDeadLettersAsync(
                new ListDeadLettersRequest(
                    selection.Group, selection.Topic, selection.Begin, selection.End, PageSize, cursor),
                cancellation).ConfigureAwait(false);
        }
        catch (RemotingException refusal) when (refusal.Code == ResponseCode.QueryNotFound)
        {
            // This broker has none of the group.
            return null;
        }
    }

    private static async Task<ResendReport?> ResendAsync(
        BrokerClient broker, ResendDeadLettersRequest request, CancellationToken cancellation)
    {
        try
        {
            return await AdminCalls.OperationsOf(broker).ResendDeadLettersAsync(request, cancellation)
                .ConfigureAwait(false);
        }
        catch (RemotingException refusal) when (refusal.Code == ResponseCode.TopicNotExist)
        {
            // This broker has none of the group.
            return null;
        }
    }
}
