using OrleansMq.Protocol.Codes;

namespace OrleansMq.Protocol.Tests.Codes;

/// <summary>Freezes the numbers and names that are spoken on the wire.</summary>
public sealed class ResponseCodeTests
{
    private static readonly (int Code, string Name, ResponseCode Member)[] Frozen =
    [
        (-1006, "RPC_TIME_OUT", ResponseCode.RpcTimeOut),
        (-1004, "RPC_SEND_TO_CHANNEL_FAILED", ResponseCode.RpcSendToChannelFailed),
        (-1002, "RPC_ADDR_IS_NULL", ResponseCode.RpcAddressIsNull),
        (-1000, "RPC_UNKNOWN", ResponseCode.RpcUnknown),
        (0, "SUCCESS", ResponseCode.Success),
        (1, "SYSTEM_ERROR", ResponseCode.SystemError),
        (2, "SYSTEM_BUSY", ResponseCode.SystemBusy),
        (3, "REQUEST_CODE_NOT_SUPPORTED", ResponseCode.RequestCodeNotSupported),
        (4, "TRANSACTION_FAILED", ResponseCode.TransactionFailed),
        (10, "FLUSH_DISK_TIMEOUT", ResponseCode.FlushDiskTimeout),
        (11, "SLAVE_NOT_AVAILABLE", ResponseCode.SlaveNotAvailable),
        (12, "FLUSH_SLAVE_TIMEOUT", ResponseCode.FlushSlaveTimeout),
        (13, "MESSAGE_ILLEGAL", ResponseCode.MessageIllegal),
        (14, "SERVICE_NOT_AVAILABLE", ResponseCode.ServiceNotAvailable),
        (15, "VERSION_NOT_SUPPORTED", ResponseCode.VersionNotSupported),
        (16, "NO_PERMISSION", ResponseCode.NoPermission),
        (17, "TOPIC_NOT_EXIST", ResponseCode.TopicNotExist),
        (18, "TOPIC_EXIST_ALREADY", ResponseCode.TopicExistAlready),
        (19, "PULL_NOT_FOUND", ResponseCode.PullNotFound),
        (20, "PULL_RETRY_IMMEDIATELY", ResponseCode.PullRetryImmediately),
        (21, "PULL_OFFSET_MOVED", ResponseCode.PullOffsetMoved),
        (22, "QUERY_NOT_FOUND", ResponseCode.QueryNotFound),
        (23, "SUBSCRIPTION_PARSE_FAILED", ResponseCode.SubscriptionParseFailed),
        (24, "SUBSCRIPTION_NOT_EXIST", ResponseCode.SubscriptionNotExist),
        (25, "SUBSCRIPTION_NOT_LATEST", ResponseCode.SubscriptionNotLatest),
        (26, "SUBSCRIPTION_GROUP_NOT_EXIST", ResponseCode.SubscriptionGroupNotExist),
        (27, "FILTER_DATA_NOT_EXIST", ResponseCode.FilterDataNotExist),
        (28, "FILTER_DATA_NOT_LATEST", ResponseCode.FilterDataNotLatest),
        (29, "INVALID_PARAMETER", ResponseCode.InvalidParameter),
        (200, "TRANSACTION_SHOULD_COMMIT", ResponseCode.TransactionShouldCommit),
        (201, "TRANSACTION_SHOULD_ROLLBACK", ResponseCode.TransactionShouldRollback),
        (202, "TRANSACTION_STATE_UNKNOW", ResponseCode.TransactionStateUnknown),
        (203, "TRANSACTION_STATE_GROUP_WRONG", ResponseCode.TransactionStateGroupWrong),
        (204, "NO_BUYER_ID", ResponseCode.NoBuyerId),
        (205, "NOT_IN_CURRENT_UNIT", ResponseCode.NotInCurrentUnit),
        (206, "CONSUMER_NOT_ONLINE", ResponseCode.ConsumerNotOnline),
        (207, "CONSUME_MSG_TIMEOUT", ResponseCode.ConsumeMessageTimeout),
        (208, "NO_MESSAGE", ResponseCode.NoMessage),
        (209, "POLLING_FULL", ResponseCode.PollingFull),
        (210, "POLLING_TIMEOUT", ResponseCode.PollingTimeout),
        (211, "BROKER_NOT_EXIST", ResponseCode.BrokerNotExist),
        (212, "BROKER_DISPATCH_NOT_COMPLETE", ResponseCode.BrokerDispatchNotComplete),
        (213, "BROADCAST_CONSUMPTION", ResponseCode.BroadcastConsumption),
        (215, "FLOW_CONTROL", ResponseCode.FlowControl),
        (501, "NOT_LEADER_FOR_QUEUE", ResponseCode.NotLeaderForQueue),
        (604, "ILLEGAL_OPERATION", ResponseCode.IllegalOperation),
        (1500, "GO_AWAY", ResponseCode.GoAway),
        (2000, "CONTROLLER_FENCED_MASTER_EPOCH", ResponseCode.ControllerFencedMasterEpoch),
        (2001, "CONTROLLER_FENCED_SYNC_STATE_SET_EPOCH", ResponseCode.ControllerFencedSyncStateSetEpoch),
        (2002, "CONTROLLER_INVALID_MASTER", ResponseCode.ControllerInvalidMaster),
        (2003, "CONTROLLER_INVALID_REPLICAS", ResponseCode.ControllerInvalidReplicas),
        (2004, "CONTROLLER_MASTER_NOT_AVAILABLE", ResponseCode.ControllerMasterNotAvailable),
        (2005, "CONTROLLER_INVALID_REQUEST", ResponseCode.ControllerInvalidRequest),
        (2006, "CONTROLLER_BROKER_NOT_ALIVE", ResponseCode.ControllerBrokerNotAlive),
        (2007, "CONTROLLER_NOT_LEADER", ResponseCode.ControllerNotLeader),
        (2008, "CONTROLLER_BROKER_METADATA_NOT_EXIST", ResponseCode.ControllerBrokerMetadataNotExist),
        (2009, "CONTROLLER_INVALID_CLEAN_BROKER_METADATA", ResponseCode.ControllerInvalidCleanBrokerMetadata),
        (2010, "CONTROLLER_BROKER_NEED_TO_BE_REGISTERED", ResponseCode.ControllerBrokerNeedToBeRegistered),
        (2011, "CONTROLLER_MASTER_STILL_EXIST", ResponseCode.ControllerMasterStillExist),
        (2012, "CONTROLLER_ELECT_MASTER_FAILED", ResponseCode.ControllerElectMasterFailed),
        (2013, "CONTROLLER_ALTER_SYNC_STATE_SET_FAILED", ResponseCode.ControllerAlterSyncStateSetFailed),
        (2014, "CONTROLLER_BROKER_ID_INVALID", ResponseCode.ControllerBrokerIdInvalid),
        (2015, "CONTROLLER_JRAFT_INTERNAL_ERROR", ResponseCode.ControllerJRaftInternalError),
        (2016, "CONTROLLER_BROKER_LIVE_INFO_NOT_EXISTS", ResponseCode.ControllerBrokerLiveInfoNotExists),
        (3001, "USER_NOT_EXIST", ResponseCode.UserNotExist),
        (3002, "POLICY_NOT_EXIST", ResponseCode.PolicyNotExist),
    ];

    [Fact]
    public void Number_IsRocketMqs_ForEveryMember()
    {
        foreach ((int code, _, ResponseCode member) in Frozen)
            Assert.Equal(code, (int)member);
    }

    [Fact]
    public void Name_IsRocketMqs_ForEveryNumber()
    {
        foreach ((int code, string name, _) in Frozen)
            Assert.Equal(name, ResponseCodeNames.Of(code));
    }

    [Fact]
    public void Table_IsComplete_ForTheEnum() =>
        Assert.Equal(Frozen.Select(row => row.Member).Order(), Enum.GetValues<ResponseCode>().Order());

    [Fact]
    public void Name_IsTheNumber_WhenUnknown() => Assert.Equal("987654", ResponseCodeNames.Of(987654));
}
