namespace Timestone.Hosting;

/// <summary>What is a host's own: its name, its options beyond the server's, and what it adds. As it is, the server's.</summary>
internal class HostProgram : IDisposable
{
    /// <summary>How it is called, where it speaks of itself.</summary>
    public virtual string Name => "timestone-server";

    /// <summary>What --help says.</summary>
    public virtual string Usage => CommandLine.Usage;

    /// <summary>Options with a value, and what they are called in the configuration.</summary>
    public virtual IReadOnlyDictionary<string, string> Options { get; } = new Dictionary<string, string>();

    /// <summary>The section of its options in the configuration, below that of the server's; null for none.</summary>
    public virtual string? Section => null;

    /// <summary>Adds to the configuration, before it is read, what it says under other names.</summary>
    /// <exception cref="BadOptionException">Something that it says there cannot be.</exception>
    public virtual void Complete(ConfigurationManager configuration)
    {
    }

    /// <summary>Reads and checks its own options.</summary>
    /// <exception cref="BadOptionException">One cannot be.</exception>
    public virtual void Read(IConfiguration configuration, TimestoneServerOptions options)
    {
    }

    /// <summary>Starts what has to be there before the server, which <see cref="Dispose"/> ends after it.</summary>
    /// <returns>The options that the server has then.</returns>
    /// <exception cref="IOException">It cannot be started.</exception>
    public virtual TimestoneServerOptions Prepare(TimestoneServerOptions options) => options;

    /// <summary>Whether a start that failed with this is explained by its message alone; anything else is a mistake of ours.</summary>
    public virtual bool ExplainsStart(Exception problem) => false;

    /// <summary>Says what there is to say of that once the server has started, before it says itself that it listens.</summary>
    public virtual void Started(ILogger logger)
    {
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }

    /// <summary>Adds to the services; what is added here comes before what the server has of the same kind.</summary>
    public virtual void Configure(WebApplicationBuilder builder, TimestoneServerOptions options)
    {
    }

    /// <summary>Adds routes.</summary>
    public virtual void Map(IEndpointRouteBuilder routes)
    {
    }
}
