namespace Timestone.Hosting;

/// <summary>
/// Declares an option of a host. The property's name is its key in the configuration, with <c>Seconds</c> behind it for a duration; in
/// kebab case it is the option of the command line. The property's first value is the default, its validation attributes are the range.
/// </summary>
/// <param name="description">What <c>--help</c> says; null for a key of the configuration without an option.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute(string? description = null) : Attribute
{
    /// <summary>What <c>--help</c> says; null for a key of the configuration without an option.</summary>
    public string? Description { get; } = description;

    /// <summary>What stands for the value in the help. Null for N, or the names of an enumeration.</summary>
    public string? Value { get; init; }

    /// <summary>Another key of the configuration that says the same, such as a section of Aspire's.</summary>
    public string? AlsoKey { get; init; }

    /// <summary>What a value must be, for errors. Null for what the type and the range say.</summary>
    public string? Allowed { get; init; }
}
