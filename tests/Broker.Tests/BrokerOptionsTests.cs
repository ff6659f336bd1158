using OrleansMq.Broker.Delays;

namespace OrleansMq.Broker.Tests;

public sealed class BrokerOptionsTests
{
    public static TheoryData<string, Action<BrokerOptions>> WrongOptions => new()
    {
        { "ClusterName", options => options.ClusterName = "two words" },
        { "BrokerName", options => options.BrokerName = "" },
        { "MaxQueuesPerTopic", options => options.MaxQueuesPerTopic = 1_048_577 },
        { "DefaultTopicQueues", options => options.DefaultTopicQueues = 0 },
        { "DefaultTopicQueues", options => options.DefaultTopicQueues = options.MaxQueuesPerTopic + 1 },
        { "MaxTopics", options => options.MaxTopics = 31 },
        { "MaxAttributes", options => options.MaxAttributes = -1 },
        { "MaxConsumerGroups", options => options.MaxConsumerGroups = 15 },
        { "MaxMembersPerGroup", options => options.MaxMembersPerGroup = 0 },
        { "MaxSubscriptionsPerMember", options => options.MaxSubscriptionsPerMember = 0 },
        { "MaxQueueLocksPerGroup", options => options.MaxQueueLocksPerGroup = 0 },
        { "MaxCommittedQueuesPerGroup", options => options.MaxCommittedQueuesPerGroup = 0 },
        { "MaxProducerGroups", options => options.MaxProducerGroups = 0 },
        { "MaxMembersPerProducerGroup", options => options.MaxMembersPerProducerGroup = 0 },
        { "ClientExpiry", options => options.ClientExpiry = TimeSpan.Zero },
        { "QueueLockExpiry", options => options.QueueLockExpiry = TimeSpan.FromDays(2) },
        { "DelayLevels", options => options.DelayLevels = "1s 5x" },
        { "MaxDelay", options => options.MaxDelay = TimeSpan.FromSeconds(-1) },
        { "ResetGuard", options => options.ResetGuard = TimeSpan.FromDays(31) },
        { "ClientCalls:Timeout", options => options.ClientCalls.Timeout = TimeSpan.FromSeconds(26) },
        { "ClientCalls:MaxPendingPerClient", options => options.ClientCalls.MaxPendingPerClient = 0 },
        { "ClientCalls:MaxPending", options => options.ClientCalls.MaxPending = 1_000_001 },
        { "KeyValues:MaxEntries", options => options.KeyValues.MaxEntries = -1 },
        { "KeyValues:MaxEntries", options => options.KeyValues.MaxEntries = 100_001 },
        { "KeyValues:MaxValueLength", options => options.KeyValues.MaxValueLength = 0 },
        { "KeyValues:MaxValueLength", options => options.KeyValues.MaxValueLength = 1_048_577 },
        { "Statistics:MaxItems", options => options.Statistics.MaxItems = -1 },
        { "Statistics:MaxItems", options => options.Statistics.MaxItems = 10_000_001 },
        { "Retention:UnreadAlarmLead", options => options.Retention.UnreadAlarmLead = 1.01 },
        { "Retention:UnreadAlarmLead", options => options.Retention.UnreadAlarmLead = double.NaN },
        { "Retention:UnreadAlarmInterval", options => options.Retention.UnreadAlarmInterval = TimeSpan.FromHours(2) },
        { "Deduplication:MaxEntries", options => options.Deduplication.MaxEntries = 0 },
        { "Deduplication:MaxEntries", options => options.Deduplication.MaxEntries = 30_000_001 },
        { "Compression:MaxRatio", options => options.Compression.MaxRatio = 0 },
        { "DeadLetters:MaxListed", options => options.DeadLetters.MaxListed = 0 },
        { "DeadLetters:MaxResentAtOnce", options => options.DeadLetters.MaxResentAtOnce = 10_001 },
        { "DeadLetters:MaxExamined", options => options.DeadLetters.MaxExamined = 0 },
        { "DeadLetters:MaxShownBodyBytes", options => options.DeadLetters.MaxShownBodyBytes = -1 },
        { "DeadLetters:MaxRemembered", options => options.DeadLetters.MaxRemembered = 0 },
        { "Tracing:Region", options => options.Tracing.Region = "" },
        { "Tracing:DeliveryFlushInterval", options => options.Tracing.DeliveryFlushInterval = TimeSpan.Zero },
        { "Tracing:MaxPendingDeliveries", options => options.Tracing.MaxPendingDeliveries = 0 },
        { "Tracing:MaxDeliveryRecordBytes", options => options.Tracing.MaxDeliveryRecordBytes = 4_095 },
        { "Tracing:MaxScannedDeliveries", options => options.Tracing.MaxScannedDeliveries = 0 },
        { "Tracing:MaxTracedMessages", options => options.Tracing.MaxTracedMessages = 65 },
        { "Tracing:MaxTracedGroups", options => options.Tracing.MaxTracedGroups = 0 },
        { "Tracing:Region", options => options.Tracing.Region = "two words" },
        { "SqlFilters:MaxCharacters", options => options.SqlFilters.MaxCharacters = 0 },
        { "SqlFilters:MaxCharacters", options => options.SqlFilters.MaxCharacters = 32_769 },
        { "SqlFilters:MaxDepth", options => options.SqlFilters.MaxDepth = 3 },
        { "SqlFilters:MaxDepth", options => options.SqlFilters.MaxDepth = 257 },
        { "SqlFilters:MaxParts", options => options.SqlFilters.MaxParts = 0 },
        { "SqlFilters:MaxParts", options => options.SqlFilters.MaxParts = 16_385 },
        { "SqlFilters:MaxProperties", options => options.SqlFilters.MaxProperties = 0 },
        { "SqlFilters:MaxProperties", options => options.SqlFilters.MaxProperties = 1_025 },
        { "SqlFilters:MaxStepsPerPull", options => options.SqlFilters.MaxStepsPerPull = 999 },
        { "SqlFilters:MaxStepsPerPull", options => options.SqlFilters.MaxStepsPerPull = 1_000_000_001 },
        { "MaxTimerEntries", options => options.MaxTimerEntries = TimerQueue.MaxCapacity + 1 },
    };

    [Fact]
    public void Validate_FindsNothing_ForTheDefaults() => Assert.Empty(new BrokerOptions().Validate());

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public void Validate_NamesTheOption_WhenItIsWrong(string name, Action<BrokerOptions> change)
    {
        var options = new BrokerOptions();
        change(options);
        Assert.StartsWith($"OrleansMq:Broker:{name}", Assert.Single(options.Validate()), StringComparison.Ordinal);
    }
}
