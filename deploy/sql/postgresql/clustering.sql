-- Which silos there are: the tables and the queries that Microsoft.Orleans.Clustering.AdoNet 10.4 looks up by name.
-- May be applied again at any time: tables stay, queries are replaced.

CREATE TABLE IF NOT EXISTS OrleansQuery
(
    QueryKey varchar(64) PRIMARY KEY,
    QueryText text NOT NULL
);

-- One row for each cluster: whoever changes a silo's row names the version that it read, and makes the next.
CREATE TABLE IF NOT EXISTS omq_cluster_version
(
    cluster_id varchar(150) PRIMARY KEY,
    version integer NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS omq_silo
(
    cluster_id varchar(150) NOT NULL REFERENCES omq_cluster_version,
    address varchar(45) NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    silo_name varchar(150) NOT NULL,
    host_name varchar(150) NOT NULL,
    status integer NOT NULL,
    proxy_port integer NOT NULL,
    suspect_times text,
    start_time timestamptz(3) NOT NULL,
    i_am_alive_time timestamptz(3) NOT NULL,
    PRIMARY KEY (cluster_id, address, port, generation)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('InsertMembershipVersionKey', $sql$
WITH inserted AS
(
    INSERT INTO omq_cluster_version (cluster_id) VALUES (@DeploymentId)
    ON CONFLICT DO NOTHING
    RETURNING 1
)
SELECT count(*)::integer FROM inserted
$sql$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

-- A silo that is there already, or another version than the one read, inserts nothing and answers 0.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('InsertMembershipKey', $sql$
WITH bumped AS
(
    UPDATE omq_cluster_version SET version = version + 1
    WHERE cluster_id = @DeploymentId AND version = @Version
        AND NOT EXISTS
        (
            SELECT 1 FROM omq_silo
            WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
        )
    RETURNING cluster_id
),
inserted AS
(
    INSERT INTO omq_silo
    (
        cluster_id, address, port, generation, silo_name, host_name, status, proxy_port, start_time, i_am_alive_time
    )
    SELECT
        cluster_id, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
    FROM bumped
    RETURNING 1
)
SELECT count(*)::integer FROM inserted
$sql$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('UpdateMembershipKey', $sql$
WITH bumped AS
(
    UPDATE omq_cluster_version SET version = version + 1
    WHERE cluster_id = @DeploymentId AND version = @Version
        AND EXISTS
        (
            SELECT 1 FROM omq_silo
            WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
        )
    RETURNING cluster_id
),
updated AS
(
    UPDATE omq_silo
    SET status = @Status, suspect_times = @SuspectTimes, i_am_alive_time = @IAmAliveTime
    FROM bumped
    WHERE omq_silo.cluster_id = bumped.cluster_id
        AND address = @Address AND port = @Port AND generation = @Generation
    RETURNING 1
)
SELECT count(*)::integer FROM updated
$sql$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('UpdateIAmAlivetimeKey', $sql$
UPDATE omq_silo SET i_am_alive_time = @IAmAliveTime
WHERE cluster_id = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$sql$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('MembershipReadRowKey', $sql$
SELECT
    silo.address AS Address, silo.port AS Port, silo.generation AS Generation, silo.silo_name AS SiloName,
    silo.host_name AS HostName, silo.status AS Status, silo.proxy_port AS ProxyPort,
    silo.suspect_times AS SuspectTimes, silo.start_time AS StartTime, silo.i_am_alive_time AS IAmAliveTime,
    cluster.version AS Version
FROM omq_cluster_version AS cluster
LEFT JOIN omq_silo AS silo ON silo.cluster_id = cluster.cluster_id
    AND silo.address = @Address AND silo.port = @Port AND silo.generation = @Generation
WHERE cluster.cluster_id = @DeploymentId
$sql$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('MembershipReadAllKey', $sql$
SELECT
    silo.address AS Address, silo.port AS Port, silo.generation AS Generation, silo.silo_name AS SiloName,
    silo.host_name AS HostName, silo.status AS Status, silo.proxy_port AS ProxyPort,
    silo.suspect_times AS SuspectTimes, silo.start_time AS StartTime, silo.i_am_alive_time AS IAmAliveTime,
    cluster.version AS Version
FROM omq_cluster_version AS cluster
LEFT JOIN omq_silo AS silo ON silo.cluster_id = cluster.cluster_id
WHERE cluster.cluster_id = @DeploymentId
$sql$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('GatewaysQueryKey', $sql$
SELECT address AS Address, proxy_port AS ProxyPort, generation AS Generation
FROM omq_silo
WHERE cluster_id = @DeploymentId AND status = @Status AND proxy_port > 0
$sql$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('DeleteMembershipTableEntriesKey', $sql$
DELETE FROM omq_silo WHERE cluster_id = @DeploymentId;
DELETE FROM omq_cluster_version WHERE cluster_id = @DeploymentId
$sql$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

-- Status 3 is an active silo.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('CleanupDefunctSiloEntriesKey', $sql$
DELETE FROM omq_silo
WHERE cluster_id = @DeploymentId AND i_am_alive_time < @IAmAliveTime AND status <> 3
$sql$)
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;
