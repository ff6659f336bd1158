-- The state of the grains of one silo: the table and the queries that Microsoft.Orleans.Persistence.AdoNet 10.4 looks
-- up by name. May be applied again at any time: the table stays, queries are replaced.

CREATE TABLE IF NOT EXISTS OrleansQuery
(
    QueryKey varchar(64) PRIMARY KEY,
    QueryText text NOT NULL
);

CREATE TABLE IF NOT EXISTS omq_grain_state
(
    service_id varchar(150) NOT NULL,
    grain_type_hash integer NOT NULL,
    grain_id_hash integer NOT NULL,
    grain_id_n0 bigint NOT NULL,
    grain_id_n1 bigint NOT NULL,
    grain_type varchar(512) NOT NULL,
    grain_key varchar(512) NOT NULL,
    payload blob,
    modified_at text NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (service_id, grain_type_hash, grain_id_hash, grain_id_n0, grain_id_n1, grain_type, grain_key)
);

-- Answers the new version, or nothing if the version that the writer knows is not the one that is stored.
INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
INSERT INTO omq_grain_state
(
    service_id, grain_type_hash, grain_id_hash, grain_id_n0, grain_id_n1, grain_type, grain_key,
    payload, modified_at, version
)
SELECT
    @ServiceId, @GrainTypeHash, @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeString,
    coalesce(@GrainIdExtensionString, ''''), @PayloadBinary, datetime(''now''), 1
WHERE @GrainStateVersion IS NULL
    OR EXISTS
    (
        SELECT 1 FROM omq_grain_state
        WHERE service_id = @ServiceId AND grain_type_hash = @GrainTypeHash AND grain_id_hash = @GrainIdHash
        AND grain_id_n0 = @GrainIdN0 AND grain_id_n1 = @GrainIdN1 AND grain_type = @GrainTypeString
        AND grain_key = coalesce(@GrainIdExtensionString, '''')
    )
ON CONFLICT (service_id, grain_type_hash, grain_id_hash, grain_id_n0, grain_id_n1, grain_type, grain_key) DO UPDATE
SET payload = excluded.payload, modified_at = excluded.modified_at, version = omq_grain_state.version + 1
WHERE omq_grain_state.version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion
')
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadFromStorageKey', '
SELECT payload AS PayloadBinary, version AS Version
FROM omq_grain_state
WHERE service_id = @ServiceId AND grain_type_hash = @GrainTypeHash AND grain_id_hash = @GrainIdHash
    AND grain_id_n0 = @GrainIdN0 AND grain_id_n1 = @GrainIdN1 AND grain_type = @GrainTypeString
    AND grain_key = coalesce(@GrainIdExtensionString, '''')
')
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('ClearStorageKey', '
UPDATE omq_grain_state SET payload = NULL, modified_at = datetime(''now''), version = version + 1
WHERE service_id = @ServiceId AND grain_type_hash = @GrainTypeHash AND grain_id_hash = @GrainIdHash
    AND grain_id_n0 = @GrainIdN0 AND grain_id_n1 = @GrainIdN1 AND grain_type = @GrainTypeString
    AND grain_key = coalesce(@GrainIdExtensionString, '''')
    AND version = @GrainStateVersion
RETURNING version AS NewGrainStateVersion
')
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES ('DeleteStorageKey', '
DELETE FROM omq_grain_state
WHERE service_id = @ServiceId AND grain_type_hash = @GrainTypeHash AND grain_id_hash = @GrainIdHash
    AND grain_id_n0 = @GrainIdN0 AND grain_id_n1 = @GrainIdN1 AND grain_type = @GrainTypeString
    AND grain_key = coalesce(@GrainIdExtensionString, '''')
    AND version = @GrainStateVersion
RETURNING version + 1 AS NewGrainStateVersion
')
ON CONFLICT (QueryKey) DO UPDATE SET QueryText = excluded.QueryText;
