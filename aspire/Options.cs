using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Timestone.AppHost;

/// <summary>What the app host is told: on its command line, or in any other configuration that Aspire reads.</summary>
/// <param name="Local">Whether to start what the silos need from the programs of this machine.</param>
/// <param name="Silos">How many silos; at least 1.</param>
/// <param name="Port">Where REST is reached; null for a free port.</param>
/// <param name="Data">The folder of all data that the app host's own servers keep.</param>
internal sealed record Options(bool Local, int Silos, int? Port, string Data)
{
    private const string LocalOption = "--local";

    /// <summary>The arguments as the configuration takes them, which knows no option without a value.</summary>
    public static string[] Spelled(IEnumerable<string> args) =>
        [.. args.Select(static arg => arg == LocalOption ? LocalOption + "=true" : arg)];

    /// <summary>Reads and checks them. Where one cannot be, one line of the error output says which.</summary>
    public static bool TryRead(IDistributedApplicationBuilder builder, [NotNullWhen(true)] out Options? options)
    {
        var configuration = builder.Configuration;
        options = null;
        if (!bool.TryParse(configuration["local"] ?? "false", out var local))
            return Refuse(LocalOption, configuration["local"], "takes no value");
        if (!int.TryParse(configuration["silos"] ?? "3", NumberStyles.None, CultureInfo.InvariantCulture, out var silos) || silos == 0)
            return Refuse("--silos", configuration["silos"], "must be a whole number, 1 or more");
        int? port = null;
        if (configuration["port"] is { } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > IPEndPoint.MaxPort)
                return Refuse("--port", text, "must be a port, 1 to 65535");
            port = number;
        }

        var data = configuration["data"] ?? Path.Combine(builder.AppHostDirectory, "data");
        options = new Options(local, silos, port, Path.GetFullPath(data));
        return true;
    }

    /// <summary>The folder of one server.</summary>
    public string DataOf(string server) => Path.Combine(Data, server);

    private static bool Refuse(string option, string? value, string allowed)
    {
        Console.Error.WriteLine($"{option}: '{value}' {allowed}.");
        return false;
    }
}
