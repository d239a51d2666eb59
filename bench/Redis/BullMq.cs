using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Timestone.Bench.Redis;

/// <summary>BullMQ on a Redis, in a Node.js process for each measurement.</summary>
internal static class BullMq
{
    public const string Folder = "bench/peers/bullmq";

    /// <summary>Installs its packages, where they are not.</summary>
    public static Task InstallAsync() => RunToEndAsync("npm", ["install", "--silent", "--prefix", Folder]);

    /// <summary>The figure of one measurement: messages/s, or the p50 in ms when the job is <c>reach</c>.</summary>
    public static async Task<double> MeasureAsync(int port, string job, int callers, int batch, double warmUp, double seconds)
    {
        string[] arguments =
        [
            Path.Combine(Folder, "bench.mjs"),
            Text(port),
            job,
            Text(callers),
            Text(batch),
            Text(warmUp),
            Text(seconds),
        ];
        using var answer = JsonDocument.Parse(await RunToEndAsync("node", arguments).ConfigureAwait(false));
        return answer.RootElement.GetProperty(job == "reach" ? "p50" : "perSecond").GetDouble();
    }

    private static async Task<string> RunToEndAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed.");
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
