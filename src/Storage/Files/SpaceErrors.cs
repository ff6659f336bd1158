namespace OrleansMq.Storage.Files;

/// <summary>Tells the errors of a disk without space from those of one that fails.</summary>
internal static class SpaceErrors
{
    private const int NoSpace = 28;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether the disk or the quota is full. The framework keeps the system's error in the result.</summary>
    public static bool IsDiskFull(Exception cause) => cause is IOException && (OperatingSystem.IsWindows()
        ? cause.HResult is WindowsDiskFull or WindowsHandleDiskFull
        : cause.HResult == NoSpace || cause.HResult == (OperatingSystem.IsMacOS() ? MacQuota : LinuxQuota));

    /// <summary>A refusal for want of so many bytes, made before the system had to.</summary>
    public static IOException Refused(int bytes, long availableBytes) => new(
        $"{bytes} bytes are needed and {availableBytes} available.",
        OperatingSystem.IsWindows() ? WindowsDiskFull : NoSpace);
}
