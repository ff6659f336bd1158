using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace OrleansMq.Storage.Tests.FullDisks;

/// <summary>
/// A thread to which the kernel refuses disk blocks, by a filter over its system calls: a full disk for real files that
/// takes neither a disk nor rights. The filter cannot be taken off, so the thread ends with the act.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class RefusingKernel
{
    public const int InputOutputError = 5;
    public const int NoSpace = 28;
    public const int QuotaExceeded = 122;

    private const int SetNoNewPrivileges = 38;
    private const int SetFilter = 22;
    private const nuint FilterMode = 2;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort Return = 0x06;
    private const uint NumberAt = 0;
    private const uint LengthAt = 40;
    private const uint ReturnError = 0x0005_0000;
    private const uint Allow = 0x7FFF_0000;

    private static uint AllocateNumber => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 285,
        Architecture.Arm64 => 47,
        _ => throw new PlatformNotSupportedException("The number of fallocate is not known here."),
    };

    /// <summary>Runs an act during which reserving so many bytes or more fails with an error.</summary>
    public static void Run(int error, int minBytes, Action act)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Install(error, minBytes);
                act();
            }
            catch (Exception cause)
            {
                failure = cause;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            throw new InvalidOperationException("The act failed: " + failure.Message, failure);
    }

    private static void Install(int error, int minBytes)
    {
        Instruction* filter = stackalloc Instruction[]
        {
            new(LoadWord, 0, 0, NumberAt),
            new(JumpIfEqual, 0, 3, AllocateNumber),
            new(LoadWord, 0, 0, LengthAt),
            new(JumpIfAtLeast, 0, 1, (uint)minBytes),
            new(Return, 0, 0, ReturnError | (uint)error),
            new(Return, 0, 0, Allow),
        };
        var program = new Program(6, filter);
        Check(Control(SetNoNewPrivileges, 1, 0, 0, 0));
        Check(Control(SetFilter, FilterMode, (nuint)(&program), 0, 0));
    }

    private static void Check(int result)
    {
        if (result != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, byte ifTrue, byte ifFalse, uint value)
    {
        public readonly ushort Code = code;
        public readonly byte IfTrue = ifTrue;
        public readonly byte IfFalse = ifFalse;
        public readonly uint Value = value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Program(ushort length, Instruction* filter)
    {
        public readonly ushort Length = length;
        public readonly Instruction* Filter = filter;
    }
}
