using System.Diagnostics;

namespace OrleansMq.Interop.Tests.Clients;

/// <summary>The packages of package.json, installed on the machine that runs the tests.</summary>
internal static class NodePackages
{
    private static readonly Lock Lock = new();

    /// <summary>Installs what package-lock.json says, once, if nothing is installed.</summary>
    /// <exception cref="InvalidOperationException">npm failed; the message holds what it wrote.</exception>
    public static void EnsureInstalled(string directory)
    {
        lock (Lock)
        {
            if (Directory.Exists(Path.Combine(directory, "node_modules", "ali-ons")))
                return;

            using Process npm = Process.Start(new ProcessStartInfo("npm", "ci")
            {
                WorkingDirectory = directory,
                RedirectStandardError = true,
            })!;
            string errors = npm.StandardError.ReadToEnd();
            npm.WaitForExit();
            if (npm.ExitCode != 0)
                throw new InvalidOperationException($"'npm ci' failed in {directory}:\n{errors}");
        }
    }
}
