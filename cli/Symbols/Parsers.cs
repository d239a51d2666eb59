using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using System.Text;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary>How the text of an option becomes a value; what is no such value is a parse error that names the option.</summary>
internal static class Parsers
{
    public static TimeSpan? Duration(ArgumentResult result) =>
        Durations.TryParse(Only(result), out var duration) ? duration : Refuse<TimeSpan?>(result, Durations.Rule);

    /// <summary>A duration, negative after a '-'.</summary>
    public static TimeSpan? Offset(ArgumentResult result)
    {
        var text = Only(result);
        var isNegative = text.StartsWith('-');
        return Durations.TryParse(isNegative ? text[1..] : text, out var length)
            ? isNegative ? -length : length
            : Refuse<TimeSpan?>(result, $"{Durations.Rule}, with or without '-' before it");
    }

    public static DateTimeOffset? Time(ArgumentResult result)
    {
        return Rfc3339.TryParse(Only(result), out var time) ? time : Refuse<DateTimeOffset?>(result, Rfc3339.Rule);
    }

    public static T? Number<T>(ArgumentResult result)
        where T : struct, INumber<T> =>
        T.TryParse(Only(result), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : Refuse<T?>(result, "a whole number, or too large a one");

    public static IndexedWrite? Write(ArgumentResult result)
    {
        try
        {
            return IndexedWrite.Parse(Only(result));
        }
        catch (TimestoneException)
        {
            return Refuse<IndexedWrite>(result, "a write as queue/id/version");
        }
    }

    public static Metadata Pairs(ArgumentResult result)
    {
        var pairs = new List<KeyValuePair<string, string>>(result.Tokens.Count);
        foreach (var token in result.Tokens)
        {
            var split = token.Value.AsSpan().IndexOfAny('=', ':');
            if (split <= 0)
            {
                result.AddError($"{Owner(result)}: '{token.Value}' is not key=value or key:value.");
                return Metadata.Empty;
            }

            pairs.Add(new(token.Value[..split], token.Value[(split + 1)..]));
        }

        try
        {
            return Metadata.From(pairs);
        }
        catch (TimestoneException twice)
        {
            result.AddError($"{Owner(result)}: {twice.Message}");
            return Metadata.Empty;
        }
    }

    public static Payload Json(ArgumentResult result)
    {
        try
        {
            return Payload.FromJson(Encoding.UTF8.GetBytes(Only(result)));
        }
        catch (TimestoneException)
        {
            return Refuse<Payload>(result, "a JSON value");
        }
    }

    public static T? Name<T>(ArgumentResult result)
        where T : struct, Enum =>
        EnumNames.Find<T>(Only(result)) ?? Refuse<T?>(result, $"one of {string.Join(", ", EnumNames.All<T>())}");

    public static Uri[] Servers(ArgumentResult result) =>
        Servers(string.Join(',', result.Tokens.Select(static token => token.Value)), result);

    /// <summary>The servers' addresses, separated by commas.</summary>
    public static Uri[] Servers(string text, ArgumentResult result) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries).Select(one => Server(one, result))];

    /// <summary>A server's address; the scheme may be left out.</summary>
    private static Uri Server(string text, ArgumentResult result)
    {
        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}";
        if (!Uri.TryCreate(full, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return Refuse<Uri>(result, $"an address such as {CommonOptions.DefaultServer}", text)!;
        if (uri is { UserInfo: "", Query: "", Fragment: "" })
            return uri;

        // Not repeated: there may be a password in it.
        result.AddError($"{Owner(result)}: an address has no user, password, query or fragment.");
        return uri;
    }

    private static T? Refuse<T>(ArgumentResult result, string rule, string? text = null)
    {
        result.AddError($"{Owner(result)}: '{text ?? Only(result)}' is not {rule}.");
        return default;
    }

    private static string Only(ArgumentResult result) => result.Tokens[0].Value;

    private static string Owner(ArgumentResult result) => result.Parent is OptionResult option ? option.Option.Name : result.Argument.Name;
}
