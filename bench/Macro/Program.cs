using System.CommandLine;
using System.ComponentModel;
using System.Net.Sockets;
using OrleansMq.Bench.Macro.Commands;

if (!OperatingSystem.IsLinux())
{
    Console.Error.WriteLine(
        "omq-bench runs on Linux only: it drives its sockets with epoll and reads the use of the machine from /proc.");
    return 2;
}

var root = new RootCommand("Puts an OrleansMq broker, or another that speaks RocketMQ's protocol, under load.")
{
    SendCommand.Create(), DrainCommand.Create(), TailCommand.Create(), IdleCommand.Create(), StartCommand.Create(),
    TimerCommand.Create(), SdkCommand.Create(), SuiteCommand.Create(),
};

try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception cause) when (cause is SocketException or Win32Exception or IOException or InvalidDataException
    or InvalidOperationException or TimeoutException)
{
    Console.Error.WriteLine($"omq-bench: {cause.Message}");
    return 1;
}
