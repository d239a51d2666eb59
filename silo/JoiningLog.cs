using Microsoft.Extensions.Options;
using Timestone.Hosting;

namespace Timestone.Silo;

/// <summary>
/// Keeps Orleans' warnings out of the log until the silo has joined: Orleans tries whoever is in the cluster's table, dead ones too, and
/// its watchdog takes the time since the machine was started for the time since its last look. A join that fails ends the process with its
/// reason; of one that takes long this tells.
/// </summary>
internal sealed partial class JoiningLog(SiloMembership membership, LocalService service, ILogger<JoiningLog> logger) : BackgroundService
{
    private const string Category = "Orleans.Runtime", Level = "Warning";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <summary>Has a host log so, unless its configuration says how it is to log Orleans.</summary>
    public static void AddTo(IHostApplicationBuilder builder, SiloMembership membership)
    {
        builder.Services.AddHostedService<JoiningLog>();
        if (builder.Configuration["Logging:LogLevel:Orleans"] != Level)
            return;

        // Before what the configuration says: of two that are as precise the later one holds.
        var rule = new LoggerFilterRule(providerName: null, Category, logLevel: null, (_, _, level) => level >= Lowest(membership));
        var first = new ConfigureOptions<LoggerFilterOptions>(options => options.Rules.Add(rule));
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<LoggerFilterOptions>>(first));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await service.Reached.WaitAsync(stoppingToken).ConfigureAwait(false);
        using var timer = new PeriodicTimer(Soon);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false) && !membership.HasJoined)
            LogJoining();
    }

    private static LogLevel Lowest(SiloMembership membership) => membership.HasJoined ? LogLevel.Warning : LogLevel.Critical;

    [LoggerMessage(
        51,
        LogLevel.Warning,
        "The silo has not joined its cluster yet. Every silo in the cluster's table must answer, or be declared dead; Logging:LogLevel:Orleans=Information tells more."
    )]
    private partial void LogJoining();
}
