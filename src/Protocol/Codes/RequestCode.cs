namespace OrleansMq.Protocol.Codes;

/// <summary>What a request asks for. RocketMQ: RequestCode, 5.3 and what 3.2 and 4.9 had besides.</summary>
public enum RequestCode
{
    /// <summary>Stores one message; fields by their long names.</summary>
    SendMessage = 10,
    /// <summary>Reads messages of one queue from an offset on, waiting if there are none yet.</summary>
    PullMessage = 11,
    /// <summary>Finds messages by key or unique key within a time range.</summary>
    QueryMessage = 12,
    /// <summary>Asks for a broker's offset; kept for its number only.</summary>
    QueryBrokerOffset = 13,
    /// <summary>Reads a group's committed offset of one queue.</summary>
    QueryConsumerOffset = 14,
    /// <summary>Commits a group's offset of one queue.</summary>
    UpdateConsumerOffset = 15,
    /// <summary>Creates a topic or changes it.</summary>
    UpdateAndCreateTopic = 17,
    /// <summary>Creates or changes several topics.</summary>
    UpdateAndCreateTopicList = 18,
    /// <summary>Lists the settings of all topics.</summary>
    GetAllTopicConfig = 21,
    /// <summary>Lists topic settings; kept for its number only.</summary>
    GetTopicConfigList = 22,
    /// <summary>Lists topic names; kept for its number only.</summary>
    GetTopicNameList = 23,
    /// <summary>Changes broker options, given as properties text.</summary>
    UpdateBrokerConfig = 25,
    /// <summary>Reads broker options as properties text.</summary>
    GetBrokerConfig = 26,
    /// <summary>Deletes expired files now; kept for its number only.</summary>
    TriggerDeleteFiles = 27,
    /// <summary>Reads a broker's runtime figures.</summary>
    GetBrokerRuntimeInfo = 28,
    /// <summary>Finds the queue offset that belongs to a store time.</summary>
    SearchOffsetByTimestamp = 29,
    /// <summary>Reads the offset behind a queue's last message.</summary>
    GetMaxOffset = 30,
    /// <summary>Reads the offset of a queue's first message.</summary>
    GetMinOffset = 31,
    /// <summary>Reads the store time of a queue's first message.</summary>
    GetEarliestMessageStoreTime = 32,
    /// <summary>Reads the record at a physical offset.</summary>
    ViewMessageById = 33,
    /// <summary>Tells a broker that a client lives, with its groups and subscriptions.</summary>
    Heartbeat = 34,
    /// <summary>Tells a broker that a client leaves a group.</summary>
    UnregisterClient = 35,
    /// <summary>Gives a message back for a later retry.</summary>
    ConsumerSendMessageBack = 36,
    /// <summary>Commits or rolls back a half message.</summary>
    EndTransaction = 37,
    /// <summary>Lists the client ids of a consumer group.</summary>
    GetConsumerListByGroup = 38,
    /// <summary>Asks a producer what became of a half message; broker to client.</summary>
    CheckTransactionState = 39,
    /// <summary>Tells a consumer that its group changed; broker to client, one-way.</summary>
    NotifyConsumerIdsChanged = 40,
    /// <summary>Locks queues for ordered consumption.</summary>
    LockBatchMessageQueues = 41,
    /// <summary>Releases such locks.</summary>
    UnlockBatchMessageQueues = 42,
    /// <summary>Reads all committed offsets; follower to leader.</summary>
    GetAllConsumerOffset = 43,
    /// <summary>Reads the progress of the delay levels; follower to leader.</summary>
    GetAllDelayOffset = 45,
    /// <summary>Checks whether a subscription's filter expression is valid.</summary>
    CheckClientConfig = 46,
    /// <summary>Reads a client's settings.</summary>
    GetClientConfig = 47,
    /// <summary>Changes an access rule (4.x).</summary>
    UpdateAndCreateAclConfig = 50,
    /// <summary>Removes an access rule (4.x).</summary>
    DeleteAclConfig = 51,
    /// <summary>Reads the version of the access rules (4.x).</summary>
    GetBrokerClusterAclInfo = 52,
    /// <summary>Changes the addresses that need no access rule (4.x).</summary>
    UpdateGlobalWhiteAddressesConfig = 53,
    /// <summary>Reads the timer's checkpoint; follower to leader.</summary>
    GetTimerCheckPoint = 60,
    /// <summary>Reads the timer's counters; follower to leader.</summary>
    GetTimerMetrics = 61,
    /// <summary>Writes a key-value setting of the name service.</summary>
    PutKvConfig = 100,
    /// <summary>Reads a key-value setting of the name service.</summary>
    GetKvConfig = 101,
    /// <summary>Removes a key-value setting of the name service.</summary>
    DeleteKvConfig = 102,
    /// <summary>Registers a broker with a name server.</summary>
    RegisterBroker = 103,
    /// <summary>Removes a broker from a name server.</summary>
    UnregisterBroker = 104,
    /// <summary>Reads on which brokers a topic lives.</summary>
    GetRouteInfoByTopic = 105,
    /// <summary>Reads all clusters and brokers.</summary>
    GetBrokerClusterInfo = 106,
    /// <summary>Creates a consumer group or changes it.</summary>
    UpdateAndCreateSubscriptionGroup = 200,
    /// <summary>Lists the settings of all consumer groups.</summary>
    GetAllSubscriptionGroupConfig = 201,
    /// <summary>Reads the offsets of a topic's queues.</summary>
    GetTopicStatsInfo = 202,
    /// <summary>Lists the connections of a consumer group.</summary>
    GetConsumerConnectionList = 203,
    /// <summary>Lists the connections of a producer group.</summary>
    GetProducerConnectionList = 204,
    /// <summary>Takes the write permission from a broker's topics.</summary>
    WipeWritePermissionOfBroker = 205,
    /// <summary>Lists all topics.</summary>
    GetAllTopicListFromNameServer = 206,
    /// <summary>Removes a consumer group.</summary>
    DeleteSubscriptionGroup = 207,
    /// <summary>Reads how far a group has consumed.</summary>
    GetConsumeStats = 208,
    /// <summary>Pauses a consumer; kept for its number only.</summary>
    SuspendConsumer = 209,
    /// <summary>Resumes a consumer; kept for its number only.</summary>
    ResumeConsumer = 210,
    /// <summary>Resets offsets at a consumer; kept for its number only.</summary>
    ResetConsumerOffsetInConsumer = 211,
    /// <summary>Resets offsets at a broker; kept for its number only.</summary>
    ResetConsumerOffsetInBroker = 212,
    /// <summary>Changes a consumer's threads; kept for its number only.</summary>
    AdjustConsumerThreadPool = 213,
    /// <summary>Lists who consumed a message; kept for its number only.</summary>
    WhoConsumeTheMessage = 214,
    /// <summary>Removes a topic from a broker.</summary>
    DeleteTopicInBroker = 215,
    /// <summary>Removes a topic from a name server.</summary>
    DeleteTopicInNameServer = 216,
    /// <summary>Registers a topic with a name server (3.2: GET_KV_CONFIG_BY_VALUE).</summary>
    RegisterTopicInNameServer = 217,
    /// <summary>Removes key-value settings by value (3.2).</summary>
    DeleteKvConfigByValue = 218,
    /// <summary>Lists the key-value settings of a namespace.</summary>
    GetKvListByNamespace = 219,
    /// <summary>Tells a consumer its new offsets; broker to client.</summary>
    ResetConsumerClientOffset = 220,
    /// <summary>Asks a consumer for its offsets; broker to client.</summary>
    GetConsumerStatusFromClient = 221,
    /// <summary>Rewinds a group to a time.</summary>
    InvokeBrokerToResetOffset = 222,
    /// <summary>Reads the offsets that a group's members hold.</summary>
    InvokeBrokerToGetConsumerStatus = 223,
    /// <summary>Lists the topics of a cluster.</summary>
    GetTopicsByCluster = 224,
    /// <summary>Creates or changes several consumer groups.</summary>
    UpdateAndCreateSubscriptionGroupList = 225,
    /// <summary>Lists the groups that consume a topic.</summary>
    QueryTopicConsumeByWho = 300,
    /// <summary>Registers a filter server (3.x).</summary>
    RegisterFilterServer = 301,
    /// <summary>Uploads a filter class (3.x).</summary>
    RegisterMessageFilterClass = 302,
    /// <summary>Reads the times between which a group consumes a topic.</summary>
    QueryConsumeTimeSpan = 303,
    /// <summary>Lists the system topics known to the name service.</summary>
    GetSystemTopicListFromNameServer = 304,
    /// <summary>Lists the system topics of a broker.</summary>
    GetSystemTopicListFromBroker = 305,
    /// <summary>Deletes expired consume-queue files.</summary>
    CleanExpiredConsumeQueue = 306,
    /// <summary>Reads the inner state of a consumer; forwarded to the client.</summary>
    GetConsumerRunningInfo = 307,
    /// <summary>Reads the smallest offsets among several groups.</summary>
    QueryCorrectionOffset = 308,
    /// <summary>Lets a consumer consume one message now; forwarded to the client.</summary>
    ConsumeMessageDirectly = 309,
    /// <summary>Stores one message; fields by one-letter names.</summary>
    SendMessageV2 = 310,
    /// <summary>Lists the unit topics.</summary>
    GetUnitTopicList = 311,
    /// <summary>Lists the topics with unit subscriptions.</summary>
    GetHasUnitSubscriptionTopicList = 312,
    /// <summary>Lists the topics with unit subscriptions that are no unit topics.</summary>
    GetHasUnitSubscriptionNonUnitTopicList = 313,
    /// <summary>Copies the offsets of one group to another.</summary>
    CloneGroupOffset = 314,
    /// <summary>Reads one of a broker's counters.</summary>
    ViewBrokerStatsData = 315,
    /// <summary>Removes what is left of deleted topics.</summary>
    CleanUnusedTopic = 316,
    /// <summary>Reads how far all groups of a broker have consumed.</summary>
    GetBrokerConsumeStats = 317,
    /// <summary>Changes name-server options.</summary>
    UpdateNameServerConfig = 318,
    /// <summary>Reads name-server options.</summary>
    GetNameServerConfig = 319,
    /// <summary>Stores several messages of one topic; fields by one-letter names.</summary>
    SendBatchMessage = 320,
    /// <summary>Reads entries of a consume queue.</summary>
    QueryConsumeQueue = 321,
    /// <summary>Asks whether a broker's registration is up to date.</summary>
    QueryDataVersion = 322,
    /// <summary>Checks a discarded half message again.</summary>
    ResumeCheckHalfMessage = 323,
    /// <summary>Answers a request message; fields by their long names.</summary>
    SendReplyMessage = 324,
    /// <summary>Answers a request message; fields by one-letter names.</summary>
    SendReplyMessageV2 = 325,
    /// <summary>Hands the answer to the asking client; broker to client.</summary>
    PushReplyMessageToClient = 326,
    /// <summary>Gives the write permission back to a broker's topics.</summary>
    AddWritePermissionOfBroker = 327,
    /// <summary>Lists all connected producers.</summary>
    GetAllProducerInfo = 328,
    /// <summary>Deletes expired commit-log files.</summary>
    DeleteExpiredCommitLog = 329,
    /// <summary>Lists the topics a group consumes.</summary>
    QueryTopicsByConsumer = 343,
    /// <summary>Reads a group's subscription of a topic.</summary>
    QuerySubscriptionByConsumer = 345,
    /// <summary>Reads the settings of one topic.</summary>
    GetTopicConfig = 351,
    /// <summary>Reads the settings of one consumer group.</summary>
    GetSubscriptionGroupConfig = 352,
    /// <summary>Forbids a group a topic, or reads whether it is forbidden.</summary>
    UpdateAndGetGroupForbidden = 353,
    /// <summary>Compares file and RocksDB consume queues.</summary>
    CheckRocksDbConsumeQueueWriteProgress = 354,
    /// <summary>Writes RocksDB settings to JSON files.</summary>
    ExportRocksDbConfigToJson = 355,
    /// <summary>Reads messages as 11 does, for lite pull consumers.</summary>
    LitePullMessage = 361,
    /// <summary>Takes a delayed message back.</summary>
    RecallMessage = 370,
    /// <summary>Asks the broker which queues a consumer gets.</summary>
    QueryAssignment = 400,
    /// <summary>Sets whether a group pulls or pops.</summary>
    SetMessageRequestMode = 401,
    /// <summary>Lists which groups pull and which pop.</summary>
    GetAllMessageRequestMode = 402,
    /// <summary>Creates or changes a static topic.</summary>
    UpdateAndCreateStaticTopic = 513,
    /// <summary>Lists the members of a broker name.</summary>
    GetBrokerMemberGroup = 901,
    /// <summary>Adds a broker to a container.</summary>
    AddBroker = 902,
    /// <summary>Removes a broker from a container.</summary>
    RemoveBroker = 903,
    /// <summary>Tells a name server or controller that a broker lives.</summary>
    BrokerHeartbeat = 904,
    /// <summary>Tells brokers that the smallest broker id changed.</summary>
    NotifyMinBrokerIdChange = 905,
    /// <summary>Exchanges replication addresses.</summary>
    ExchangeBrokerHaInfo = 906,
    /// <summary>Reads a broker's replication state.</summary>
    GetBrokerHaStatus = 907,
    /// <summary>Sets a follower's flushed offset.</summary>
    ResetMasterFlushOffset = 908,
    /// <summary>Changes the in-sync set.</summary>
    ControllerAlterSyncStateSet = 1001,
    /// <summary>Elects a leader.</summary>
    ControllerElectMaster = 1002,
    /// <summary>Registers a broker with a controller.</summary>
    ControllerRegisterBroker = 1003,
    /// <summary>Reads the replicas of a broker name.</summary>
    ControllerGetReplicaInfo = 1004,
    /// <summary>Reads who leads the controllers.</summary>
    ControllerGetMetadataInfo = 1005,
    /// <summary>Reads the in-sync sets.</summary>
    ControllerGetSyncStateData = 1006,
    /// <summary>Reads a broker's epochs.</summary>
    GetBrokerEpochCache = 1007,
    /// <summary>Tells a broker its new role.</summary>
    NotifyBrokerRoleChanged = 1008,
    /// <summary>Changes controller options.</summary>
    UpdateControllerConfig = 1009,
    /// <summary>Reads controller options.</summary>
    GetControllerConfig = 1010,
    /// <summary>Removes a broker's data from a controller.</summary>
    CleanBrokerData = 1011,
    /// <summary>Asks for the next free broker id.</summary>
    ControllerGetNextBrokerId = 1012,
    /// <summary>Claims a broker id.</summary>
    ControllerApplyBrokerId = 1013,
    /// <summary>Tells a controller that a broker's connection closed.</summary>
    BrokerCloseChannelRequest = 1014,
    /// <summary>Looks for brokers that are gone; within a controller.</summary>
    CheckNotActiveBrokerRequest = 1015,
    /// <summary>Reads which brokers live; within a controller.</summary>
    GetBrokerLiveInfoRequest = 1016,
    /// <summary>Reads the in-sync sets; within a controller.</summary>
    GetSyncStateDataRequest = 1017,
    /// <summary>Records a broker's heartbeat; within a controller.</summary>
    RaftBrokerHeartBeatEventRequest = 1018,
    /// <summary>Changes the limits on reading cold data.</summary>
    UpdateColdDataFlowControlConfig = 2001,
    /// <summary>Removes such a limit.</summary>
    RemoveColdDataFlowControlConfig = 2002,
    /// <summary>Reads such limits.</summary>
    GetColdDataFlowControlInfo = 2003,
    /// <summary>Sets how the operating system reads the commit log ahead.</summary>
    SetCommitLogReadMode = 2004,
    /// <summary>Creates a user.</summary>
    AuthCreateUser = 3001,
    /// <summary>Changes a user.</summary>
    AuthUpdateUser = 3002,
    /// <summary>Removes a user.</summary>
    AuthDeleteUser = 3003,
    /// <summary>Reads a user.</summary>
    AuthGetUser = 3004,
    /// <summary>Lists users.</summary>
    AuthListUser = 3005,
    /// <summary>Creates an access rule.</summary>
    AuthCreateAcl = 3006,
    /// <summary>Changes an access rule.</summary>
    AuthUpdateAcl = 3007,
    /// <summary>Removes an access rule.</summary>
    AuthDeleteAcl = 3008,
    /// <summary>Reads an access rule.</summary>
    AuthGetAcl = 3009,
    /// <summary>Lists access rules.</summary>
    AuthListAcl = 3010,
    /// <summary>Lists transactions that are not over. Not of RocketMQ.</summary>
    ListTransactions = 30011,
    /// <summary>Commits a transaction or rolls it back, as an operator decides. Not of RocketMQ.</summary>
    EndTransactionByOperator = 30012,
    /// <summary>Has the producers of parked transactions asked again. Not of RocketMQ.</summary>
    ResumeTransactions = 30013,
    /// <summary>OrleansMq's own: the groups that have dead letters on a broker.</summary>
    ListDeadLetterGroups = 30021,
    /// <summary>OrleansMq's own: lists the dead letters of a group.</summary>
    ListDeadLetters = 30022,
    /// <summary>OrleansMq's own: shows one dead letter.</summary>
    ShowDeadLetter = 30023,
    /// <summary>OrleansMq's own: sends dead letters again.</summary>
    ResendDeadLetters = 30024,
    /// <summary>OrleansMq's own: what happened to a message.</summary>
    TraceMessage = 30031,
    /// <summary>Lists messages that are about to go before a group has consumed them. Not of RocketMQ.</summary>
    ListUnreadAlarms = 30051,
    /// <summary>Takes messages for a while; the broker chooses the queue.</summary>
    PopMessage = 200050,
    /// <summary>Confirms a popped message.</summary>
    AckMessage = 200051,
    /// <summary>Reads messages without taking them.</summary>
    PeekMessage = 200052,
    /// <summary>Changes how long a popped message stays taken.</summary>
    ChangeMessageInvisibleTime = 200053,
    /// <summary>Waits until there is something to pop.</summary>
    Notification = 200054,
    /// <summary>Reads how many requests wait.</summary>
    PollingInfo = 200055,
    /// <summary>Gives popped messages back.</summary>
    PopRollback = 200056,
    /// <summary>Confirms several popped messages.</summary>
    BatchAckMessage = 200151,
}
