using System.Diagnostics;
using System.Text.Json;

namespace Timestone.Bench.Rest;

/// <summary>Runs the load generator as a process of its own.</summary>
internal static class LoadProcess
{
    public static async Task<Dictionary<string, LoadResult>> RunAsync(LoadPlan plan)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(LoadProcess).Assembly.Location, "load", JsonSerializer.Serialize(plan, RestJson.Default.LoadPlan)]
        )
        {
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1";
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"] = "1";
        start.Environment["DOTNET_gcServer"] = "0";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize(output, RestJson.Default.DictionaryStringLoadResult)!
            : throw new InvalidOperationException("The load generator failed.");
    }
}
