using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using Timestone.Grains;
using Timestone.Journals.Files;

namespace Timestone.Silo.Storage;

/// <summary>Gives the grains of a silo without Redis a storage.</summary>
internal static class FileStorageExtensions
{
    /// <summary>Registers <see cref="TimestoneGrainStorage"/> in files.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="data">The silo's data; the files are in <c>grains</c> below it.</param>
    /// <param name="durability">Whether a write ends when the disk has it, or when the operating system has it.</param>
    public static ISiloBuilder AddFileGrainStorage(this ISiloBuilder silo, string data, Durability durability)
    {
        silo.Services.AddGrainStorage(TimestoneGrainStorage.Name, (services, _) => new FileGrainStorage(
            Path.Combine(data, "grains"),
            durability == Durability.Fsync,
            services.GetRequiredService<IGrainStorageSerializer>(),
            services.GetRequiredService<IActivatorProvider>()));
        return silo;
    }
}
