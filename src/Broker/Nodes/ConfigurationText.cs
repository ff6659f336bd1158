using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using OrleansMq.Storage;

namespace OrleansMq.Broker.Nodes;

/// <summary>
/// The options that are in force, as a Java properties file: first under RocketMQ's names, where there is one that
/// means the same, then all under their own. For reading only.
/// </summary>
public static class ConfigurationText
{
    /// <summary>Writes the options of a broker.</summary>
    public static string Of(BrokerNode node)
    {
        var text = new StringBuilder();
        foreach ((string name, object value) in RocketMqNames(node))
            Append(text, name, value);
        AppendAll(text, StoreOptions.Section, node.Store.Options);
        AppendAll(text, BrokerOptions.Section, node.Options);
        return text.ToString();
    }

    /// <summary>RocketMQ's tools stop at the first of these that is missing.</summary>
    private static (string Name, object Value)[] RocketMqNames(BrokerNode node)
    {
        StoreOptions store = node.Store.Options;
        BrokerOptions broker = node.Options;
        return
        [
            ("brokerClusterName", node.Identity.ClusterName),
            ("brokerName", node.Identity.BrokerName),
            ("brokerId", 0),
            ("brokerRole", "ASYNC_MASTER"),
            ("brokerIP1", node.Identity.Advertised.Address),
            ("listenPort", node.Identity.Advertised.Port),
            ("autoCreateTopicEnable", broker.AutoCreateTopics),
            ("autoCreateSubscriptionGroup", broker.AutoCreateGroups),
            ("defaultTopicQueueNums", broker.DefaultTopicQueues),
            ("messageDelayLevel", broker.DelayLevels),
            ("timerMaxDelaySec", (long)broker.MaxDelay.TotalSeconds),
            ("channelExpiredTimeout", (long)broker.ClientExpiry.TotalMilliseconds),
            ("transactionTimeOut", (long)broker.Transactions.FirstCheckAfter.TotalMilliseconds),
            ("transactionCheckMax", broker.Transactions.MaxChecks),
            ("transactionCheckInterval", (long)broker.Transactions.CheckInterval.TotalMilliseconds),
            ("flushConsumerOffsetInterval", (long)broker.OffsetFlushInterval.TotalMilliseconds),
            ("storePathRootDir", store.Directory),
            ("mappedFileSizeCommitLog", store.CommitLogFileBytes),
            ("mappedFileSizeConsumeQueue", store.ConsumeQueueFileEntries * 20L),
            ("maxHashSlotNum", store.IndexFileSlots),
            ("maxIndexNum", store.IndexFileEntries),
            ("maxMessageSize", store.MaxMessageBytes),
            ("fileReservedTime", (long)store.Retention.TotalHours),
            ("flushDiskType", store.FlushMode == FlushMode.Sync ? "SYNC_FLUSH" : "ASYNC_FLUSH"),
            ("syncFlushTimeout", (long)store.FlushTimeout.TotalMilliseconds),
            ("diskSpaceCleanForciblyRatio", store.DiskCleanRatio * 100),
            ("diskSpaceWarningLevelRatio", store.DiskFullRatio * 100),
            ("enablePropertyFilter", true),
            ("filterServerNums", 0),
            ("slaveReadEnable", false),
            ("transientStorePoolEnable", false),
            ("traceOn", true),
            ("traceTopicEnable", true),
            ("msgTraceTopicName", "RMQ_SYS_TRACE_TOPIC"),
        ];
    }

    /// <summary>All options of a class; those that are classes of their own with their options.</summary>
    private static void AppendAll(StringBuilder text, string section, object options)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties()
            .Where(property => property.CanWrite)
            .OrderBy(property => property.Name, StringComparer.Ordinal))
        {
            object? value = property.GetValue(options);
            string name = $"{section}:{property.Name}";
            if (IsOne(value))
                AppendOwn(text, name, value);
            else
                AppendAll(text, name, value!);
        }
    }

    private static bool IsOne(object? value) =>
        value is null or string or IFormattable or bool or IEnumerable || value.GetType().IsEnum;

    private static void AppendOwn(StringBuilder text, string name, object? value) => Append(
        text, name.Replace(':', '.'),
        value is IEnumerable list and not string ? string.Join(',', list.Cast<object>()) : value ?? "");

    private static void Append(StringBuilder text, string name, object value)
    {
        string shown = value is bool flag ? (flag ? "true" : "false")
            : Convert.ToString(value, CultureInfo.InvariantCulture)!;
        text.Append(name).Append('=').Append(Escape(shown)).Append('\n');
    }

    /// <summary>Readers of properties take a backslash for the beginning of an escape.</summary>
    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
