namespace OrleansMq.Storage.Tests.Stores;

/// <summary>Damages files as disks and operators do.</summary>
internal static class FileDamage
{
    public static void FlipBit(string path, long at)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        int value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 0x10));
    }

    public static void Zero(string path, long at, int length)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        file.Write(new byte[length]);
    }

    public static void Truncate(string path, long length)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.SetLength(length);
    }
}
