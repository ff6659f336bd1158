using System.Diagnostics;
using System.Runtime.CompilerServices;
using OrleansMq.Sdk.Tests;

namespace OrleansMq.Client.Hosting.Tests;

/// <summary>The client and its hosting compiled ahead of time: without a warning, and at work against a broker.</summary>
public sealed class AheadOfTimeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    [NativeFact]
    public async Task Application_Works_WhenItIsCompiledAheadOfTime()
    {
        string directory = Directory.CreateTempSubdirectory("omq-aot-").FullName;
        try
        {
            (int code, string said) = await RunAsync(
                "dotnet", "publish", Path.Combine(Root(), "tests", "AotCheck"), "-c", "Release", "-v", "q", "-nologo",
                "--use-current-runtime", "--artifacts-path", Path.Combine(directory, "artifacts"), "-o",
                Path.Combine(directory, "out"), "-p:PublishAot=true", "-p:UseSharedCompilation=false", "-nodeReuse:false");
            Assert.True(code == 0, said);

            await using SdkBroker broker = SdkBroker.Start();
            (code, said) = await RunAsync(Path.Combine(directory, "out", "OrleansMq.AotCheck"), broker.Address);

            Assert.True(code == 0, said);
            Assert.Equal("Check { Id = 7, Text = ahead of time }\nahead of time\n", said);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{program}' took longer than {Patience}.");
        }

        return (process.ExitCode, (await output + await errors).ReplaceLineEndings("\n"));
    }

    private static string Root([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));

    /// <summary>Compiling ahead of time needs a linker; where there is none, there is nothing to be seen.</summary>
    private sealed class NativeFactAttribute : FactAttribute
    {
        public NativeFactAttribute()
        {
            if (!OperatingSystem.IsLinux() || !HasProgram("clang", "gcc"))
                Skip = "Needs Linux with clang or gcc.";
        }

        private static bool HasProgram(params string[] names) =>
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .Any(folder => names.Any(name => File.Exists(Path.Combine(folder, name))));
    }
}
