using System.Diagnostics;

namespace Timestone.Tests.Cli;

/// <summary>Runs real processes.</summary>
internal static class Processes
{
    /// <summary>How a shell calls the program as built.</summary>
    public static string CliCommandLine => string.Join(' ', Cli.Prepend(Dotnet).Select(static word => $"'{word}'"));

    private static string[] Cli { get; } = Built("timestone.dll");

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Runs the program as a process.</summary>
    public static Task<CliOutcome> RunCliAsync(params string[] args) => RunAsync(Dotnet, [.. Cli, .. args]);

    /// <summary>Runs another program that is built beside the tests, and lets the caller have the process.</summary>
    public static Task<CliOutcome> RunBuiltAsync(string file, string[] args, Action<Process> started) =>
        RunAsync(Dotnet, [.. Built(file), .. args], "", started);

    /// <summary>Runs the program as a process with a text as its standard input, and lets the caller have the process.</summary>
    public static Task<CliOutcome> RunCliAsync(string[] args, string input, Action<Process>? started = null) =>
        RunAsync(Dotnet, [.. Cli, .. args], input, started);

    /// <summary>Runs a program to its end.</summary>
    public static async Task<CliOutcome> RunAsync(string file, string[] args, string input = "", Action<Process>? started = null)
    {
        // Whoever runs the tests in the background has them, and so what they start, ignore interrupts.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", file, .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The test's own server and colours are not the program's.
        start.Environment.Remove("TIMESTONE_SERVER");
        using var process = Process.Start(start)!;
        started?.Invoke(process);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return new CliOutcome(process.ExitCode, await output, await error);
    }

    // Beside the tests it stands without what their framework brings; so it runs on that framework.
    private static string[] Built(string file) =>
        [
            "exec",
            "--runtimeconfig",
            Beside("Timestone.Tests.runtimeconfig.json"),
            "--depsfile",
            Beside("Timestone.Tests.deps.json"),
            Beside(file),
        ];

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);
}
