using Microsoft.Extensions.DependencyInjection;

namespace Timestone.Grains;

/// <summary>Adds Timestone to a silo.</summary>
public static class TimestoneSiloBuilderExtensions
{
    /// <summary>
    /// Adds what the grains need, and <see cref="ITimestone"/> over them. The host must open the silo's <see cref="SiloQueues"/>.
    /// </summary>
    public static ISiloBuilder AddTimestoneGrains(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<SiloQueues>();
        builder.Services.AddSingleton<SiloIndex>();
        builder.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiloWatch>();
        builder.Services.AddSingleton<ITimestone>(static services => new GrainTimestone(services.GetRequiredService<IGrainFactory>()));
        return builder;
    }
}
