namespace OrleansMq.Protocol.Codes;

/// <summary>How a request ended. RocketMQ: ResponseCode and RemotingSysResponseCode.</summary>
public enum ResponseCode
{
    /// <summary>A call between servers took too long.</summary>
    RpcTimeOut = -1006,
    /// <summary>A call between servers could not be written.</summary>
    RpcSendToChannelFailed = -1004,
    /// <summary>A call between servers had no address.</summary>
    RpcAddressIsNull = -1002,
    /// <summary>A call between servers failed for another reason.</summary>
    RpcUnknown = -1000,
    /// <summary>The request was carried out.</summary>
    Success = 0,
    /// <summary>The request failed; the remark says why.</summary>
    SystemError = 1,
    /// <summary>The broker has too much to do; try again or elsewhere.</summary>
    SystemBusy = 2,
    /// <summary>The request code is not known here.</summary>
    RequestCodeNotSupported = 3,
    /// <summary>The transaction failed.</summary>
    TransactionFailed = 4,
    /// <summary>The message is stored, but not on disk within the time allowed.</summary>
    FlushDiskTimeout = 10,
    /// <summary>The message is stored, but there is no replica to copy it to.</summary>
    SlaveNotAvailable = 11,
    /// <summary>The message is stored, but not replicated within the time allowed.</summary>
    FlushSlaveTimeout = 12,
    /// <summary>The message or its topic breaks a rule.</summary>
    MessageIllegal = 13,
    /// <summary>The broker cannot store anything at present.</summary>
    ServiceNotAvailable = 14,
    /// <summary>The client's version is not supported.</summary>
    VersionNotSupported = 15,
    /// <summary>The request is not allowed.</summary>
    NoPermission = 16,
    /// <summary>The topic does not exist.</summary>
    TopicNotExist = 17,
    /// <summary>The topic exists already.</summary>
    TopicExistAlready = 18,
    /// <summary>There is no message at the offset yet.</summary>
    PullNotFound = 19,
    /// <summary>No message of this range matches; go on from the next offset.</summary>
    PullRetryImmediately = 20,
    /// <summary>The offset is outside the queue; go on from the one given.</summary>
    PullOffsetMoved = 21,
    /// <summary>What was asked for does not exist.</summary>
    QueryNotFound = 22,
    /// <summary>The filter expression is not valid.</summary>
    SubscriptionParseFailed = 23,
    /// <summary>The group has no such subscription.</summary>
    SubscriptionNotExist = 24,
    /// <summary>The subscription of the request is older than the broker's.</summary>
    SubscriptionNotLatest = 25,
    /// <summary>The consumer group does not exist.</summary>
    SubscriptionGroupNotExist = 26,
    /// <summary>The group's filter is not known to the broker.</summary>
    FilterDataNotExist = 27,
    /// <summary>The group's filter is older than the request's.</summary>
    FilterDataNotLatest = 28,
    /// <summary>A field of the request is not valid.</summary>
    InvalidParameter = 29,
    /// <summary>The transaction is to be committed.</summary>
    TransactionShouldCommit = 200,
    /// <summary>The transaction is to be rolled back.</summary>
    TransactionShouldRollback = 201,
    /// <summary>The transaction's outcome is not known.</summary>
    TransactionStateUnknown = 202,
    /// <summary>The transaction belongs to another group.</summary>
    TransactionStateGroupWrong = 203,
    /// <summary>The message lacks its buyer id.</summary>
    NoBuyerId = 204,
    /// <summary>The message belongs to another unit.</summary>
    NotInCurrentUnit = 205,
    /// <summary>No member of the consumer group is connected.</summary>
    ConsumerNotOnline = 206,
    /// <summary>The consumer did not finish in time.</summary>
    ConsumeMessageTimeout = 207,
    /// <summary>There is no message.</summary>
    NoMessage = 208,
    /// <summary>Too many requests wait already.</summary>
    PollingFull = 209,
    /// <summary>The request waited in vain.</summary>
    PollingTimeout = 210,
    /// <summary>The broker does not exist.</summary>
    BrokerNotExist = 211,
    /// <summary>The broker has not dispatched all records yet.</summary>
    BrokerDispatchNotComplete = 212,
    /// <summary>The group consumes by broadcast, which the request does not fit.</summary>
    BroadcastConsumption = 213,
    /// <summary>The client sends or reads too fast.</summary>
    FlowControl = 215,
    /// <summary>The broker does not lead the queue.</summary>
    NotLeaderForQueue = 501,
    /// <summary>The operation is not allowed here.</summary>
    IllegalOperation = 604,
    /// <summary>The server shuts down; connect elsewhere.</summary>
    GoAway = 1500,
    /// <summary>The leader's epoch is outdated.</summary>
    ControllerFencedMasterEpoch = 2000,
    /// <summary>The in-sync set's epoch is outdated.</summary>
    ControllerFencedSyncStateSetEpoch = 2001,
    /// <summary>The broker named is not the leader.</summary>
    ControllerInvalidMaster = 2002,
    /// <summary>The replicas named are not known.</summary>
    ControllerInvalidReplicas = 2003,
    /// <summary>There is no leader.</summary>
    ControllerMasterNotAvailable = 2004,
    /// <summary>The controller cannot make sense of the request.</summary>
    ControllerInvalidRequest = 2005,
    /// <summary>The broker named is not alive.</summary>
    ControllerBrokerNotAlive = 2006,
    /// <summary>The controller asked does not lead.</summary>
    ControllerNotLeader = 2007,
    /// <summary>Nothing is known about the broker name.</summary>
    ControllerBrokerMetadataNotExist = 2008,
    /// <summary>The broker's data cannot be removed.</summary>
    ControllerInvalidCleanBrokerMetadata = 2009,
    /// <summary>The broker must register first.</summary>
    ControllerBrokerNeedToBeRegistered = 2010,
    /// <summary>The old leader is alive.</summary>
    ControllerMasterStillExist = 2011,
    /// <summary>No leader could be elected.</summary>
    ControllerElectMasterFailed = 2012,
    /// <summary>The in-sync set could not be changed.</summary>
    ControllerAlterSyncStateSetFailed = 2013,
    /// <summary>The broker id is taken or not valid.</summary>
    ControllerBrokerIdInvalid = 2014,
    /// <summary>The controllers' consensus failed.</summary>
    ControllerJRaftInternalError = 2015,
    /// <summary>Nothing is known about living brokers.</summary>
    ControllerBrokerLiveInfoNotExists = 2016,
    /// <summary>The user does not exist.</summary>
    UserNotExist = 3001,
    /// <summary>The access rule does not exist.</summary>
    PolicyNotExist = 3002,
}
