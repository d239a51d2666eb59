using System.Diagnostics;

namespace Timestone.Tests.Cli;

/// <summary>Runs real processes.</summary>
internal static class Processes
{
    /// <summary>The program as built.</summary>
    public static string CliPath { get; } = Path.Combine(AppContext.BaseDirectory, "timestone.dll");

    /// <summary>How a shell calls it.</summary>
    public static string CliCommandLine => $"'{Dotnet}' '{CliPath}'";

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Runs the program as a process.</summary>
    public static Task<CliOutcome> RunCliAsync(params string[] args) => RunAsync(Dotnet, [CliPath, .. args]);

    /// <summary>Runs a program to its end.</summary>
    public static async Task<CliOutcome> RunAsync(string file, string[] args, string input = "")
    {
        var start = new ProcessStartInfo(file, args) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // The test's own server and colours are not the program's.
        start.Environment.Remove("TIMESTONE_SERVER");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new CliOutcome(process.ExitCode, await output, await error);
    }
}
