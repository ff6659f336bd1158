namespace OrleansMq.Databases;

/// <summary>What keeps the state of grains.</summary>
public enum DatabaseKind
{
    /// <summary>A file, for a cluster of one silo.</summary>
    Sqlite,

    /// <summary>A server, for any cluster: also keeps which silos there are, and reminders.</summary>
    PostgreSql,
}
