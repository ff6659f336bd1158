namespace OrleansMq.Protocol.Bodies;

/// <summary>Takes the nulls out of what was read, so that nobody behind has to look for them.</summary>
internal static class BodyValues
{
    public static List<T> WithoutNulls<T>(List<T>? values)
    {
        values?.RemoveAll(value => value is null);
        return values ?? [];
    }

    public static Dictionary<TKey, TValue> WithoutNulls<TKey, TValue>(Dictionary<TKey, TValue>? values)
        where TKey : notnull
    {
        if (values is null)
            return [];

        foreach ((TKey key, TValue value) in values)
        {
            if (value is null)
                values.Remove(key);
        }

        return values;
    }
}
