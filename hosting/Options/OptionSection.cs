using System.Reflection;

namespace Timestone.Hosting;

/// <summary>The options that the properties of a record declare, which the configuration has in one section.</summary>
/// <typeparam name="T">The record.</typeparam>
public sealed class OptionSection<T>
    where T : class, new()
{
    private readonly string _path;

    /// <summary>Takes every property with an <see cref="OptionAttribute"/>.</summary>
    /// <param name="path">The section.</param>
    public OptionSection(string path)
    {
        _path = path;
        var absent = new T();
        Options =
        [
            .. from property in typeof(T).GetProperties()
            let declared = property.GetCustomAttribute<OptionAttribute>()
            where declared is not null
            select new HostOption(path, property, declared, property.GetValue(absent)),
        ];
    }

    /// <summary>One for each property, in their order.</summary>
    public IReadOnlyList<HostOption> Options { get; }

    /// <summary>Reads the options whose types are simple: texts, numbers, durations, names, flags and lists of texts.</summary>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="others">What may stand in the section besides, for somebody else to read.</param>
    /// <exception cref="BadOptionException">A key is unknown, or a value not of its type.</exception>
    public T Read(IConfiguration configuration, params IEnumerable<HostOption> others)
    {
        var known = Options.Concat(others).Select(static option => option.Key + ":").ToList();
        foreach (var given in configuration.GetSection(_path).GetChildren())
        {
            if (!known.Exists(key => key.StartsWith(given.Path + ":", StringComparison.OrdinalIgnoreCase)))
                throw new BadOptionException(given.Path, "there is no such option.");
        }

        var read = new T();
        foreach (var option in Options)
            option.Read(configuration, read);
        return read;
    }

    /// <summary>Checks each option by the validation attributes of its property.</summary>
    /// <exception cref="BadOptionException">One is out of its range.</exception>
    public void Check(T options)
    {
        foreach (var option in Options)
            option.Check(options);
    }
}
