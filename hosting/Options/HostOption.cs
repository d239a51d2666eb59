using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Timestone.Hosting;

/// <summary>An option of a host, as a property with an <see cref="OptionAttribute"/> declares it.</summary>
public sealed class HostOption
{
    private readonly PropertyInfo _property;
    private readonly OptionAttribute _declared;
    private readonly object? _absent;
    private readonly Type _type;

    internal HostOption(string section, PropertyInfo property, OptionAttribute declared, object? absent)
    {
        (_property, _declared, _absent) = (property, declared, absent);
        _type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var name = property.Name + (_type == typeof(TimeSpan) ? "Seconds" : "");
        Key = $"{section}:{name}";
        if (declared.Description is not null)
            Option = (absent is true ? "--no-" : "--") + JsonNamingPolicy.KebabCaseLower.ConvertName(name);
    }

    /// <summary>Its path in the configuration.</summary>
    public string Key { get; }

    /// <summary>Its name on the command line; null where it has none. A flag that is set by default has one that unsets it.</summary>
    public string? Option { get; }

    internal string? Description => _declared.Description;

    internal string Value => _declared.Value ?? (_type.IsEnum ? string.Join('|', Names) : "N");

    internal bool IsFlag => _type == typeof(bool);

    /// <summary>What a flag stands for on the command line.</summary>
    internal string Given => Text(!(bool)_absent!)!;

    /// <summary>What holds where nothing is given; null where that has no text.</summary>
    internal string? Default => Text(_absent);

    private IEnumerable<string> Names => Enum.GetNames(_type).Select(static name => name.ToLowerInvariant());

    // A flag has no value on the command line, so a bad one comes from the configuration.
    private string Name => IsFlag || Option is null ? Key : Option;

    private string Allowed => _declared.Allowed
        ?? (_type.IsEnum ? string.Join(" or ", Names)
            : IsFlag ? "true or false"
            : _property.GetCustomAttribute<RangeAttribute>() is not { Minimum: double least, Maximum: double most } ? Number
            : double.IsFinite(most) ? $"{Number}, {Text(least)} to {Text(most)}"
            : $"{Number}, at least {Text(least)}");

    private string Number => _type == typeof(TimeSpan) ? "a number of seconds" : "a whole number";

    /// <summary>Sets the property to what the configuration has, if that has something.</summary>
    /// <exception cref="BadOptionException">It is not of the property's type, or two keys disagree.</exception>
    internal void Read(IConfiguration configuration, object options)
    {
        var section = configuration.GetSection(Key);
        if (_declared.AlsoKey is { } key && configuration.GetSection(key) is { Value: { } given } other)
        {
            if (section.Value is { } own && own != given)
                throw new BadOptionException(Name, $"is '{own}', and {key} is '{given}'; leave one of them out.");
            section = other;
        }

        if (_type == typeof(IReadOnlyList<string>))
            _property.SetValue(options, List(section));
        else if (section.Value is { } text && (_type.IsValueType || _type == typeof(string)))
            _property.SetValue(options, Parse(section, text));
    }

    /// <exception cref="BadOptionException">The property is out of its range.</exception>
    internal void Check(object options)
    {
        var value = _property.GetValue(options) is TimeSpan time ? time.TotalSeconds : _property.GetValue(options);
        if (
            (_type.IsEnum && value is not null && !Enum.IsDefined(_type, value))
            || !_property.GetCustomAttributes<ValidationAttribute>().All(range => range.IsValid(value))
        )
            throw Refuse(Text(value));
    }

    private object? Parse(IConfigurationSection section, string text)
    {
        try
        {
            return _type.IsEnum && !Names.Contains(text) ? throw Refuse(text)
                : _type == typeof(TimeSpan) ? TimeSpan.FromSeconds(section.Get<double>())
                : section.Get(_type);
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException or OverflowException)
        {
            throw Refuse(text);
        }
    }

    private BadOptionException Refuse(string? text) => new(Name, $"'{text}' must be {Allowed}.");

    // One text with commas, or a list as JSON writes it.
    private static string[] List(IConfigurationSection section) =>
        (section.Value ?? string.Join(',', section.GetChildren().Select(static child => child.Value)))
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? Text(object? value) => value switch
    {
        TimeSpan time => Text(time.TotalSeconds),
        Enum or bool => value.ToString()!.ToLowerInvariant(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value as string,
    };
}
