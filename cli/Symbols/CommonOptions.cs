using System.CommandLine;
using System.Numerics;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary>The options that several commands share. Made anew for each: a symbol belongs to one command.</summary>
internal static class CommonOptions
{
    public const string ServerName = "--server";
    public const string JsonName = "--json";
    public const string RetryForName = "--retry-for";
    public const string ServerVariable = "TIMESTONE_SERVER";
    public const string DefaultServer = "http://127.0.0.1:7070";

    public static Option<Uri[]> Server(CliHost host) =>
        new(ServerName)
        {
            Description = $"The server's address, or several of which one is active; {ServerVariable} sets another default.",
            HelpName = "url[,url...]",
            Recursive = true,
            CustomParser = Parsers.Servers,
            DefaultValueFactory = result =>
                Parsers.Servers(host.GetEnvironmentVariable(ServerVariable) is { Length: > 0 } given ? given : DefaultServer, result),
        };

    /// <summary>How long a person waits for a server that is being restarted.</summary>
    public static TimeSpan DefaultRetryFor { get; } = TimeSpan.FromSeconds(3);

    public static Option<TimeSpan?> RetryFor()
    {
        var option = Duration(RetryForName, "How long to keep trying while the server cannot be reached or cannot answer (3s).");
        option.Recursive = true;
        return option;
    }

    public static Option<bool> Json() => new(JsonName)
    {
        Description = "Answer in JSON: one document, or one a line where there are many.",
        Recursive = true,
    };

    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = Parsers.Duration,
    };

    public static Option<TimeSpan?> Offset(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "duration",
        CustomParser = Parsers.Offset,
    };

    public static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = Parsers.Time,
    };

    public static Option<T?> Number<T>(string name, string description, string unit = "count")
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = unit,
            CustomParser = Parsers.Number<T>,
        };

    public static Option<Payload> JsonValue(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "json",
        CustomParser = Parsers.Json,
    };

    public static Option<Metadata> Pairs(string name, string description) => new(name)
    {
        Description = description + " key=value or key:value; repeatable.",
        HelpName = "key=value",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = Parsers.Pairs,
        DefaultValueFactory = static _ => Metadata.Empty,
    };

    public static Option<Metadata> Filter() => Pairs("--filter", "Only messages whose metadata hold this pair.");

    public static Option<T?> Name<T>(string name, string description)
        where T : struct, Enum
    {
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', EnumNames.All<T>()),
            CustomParser = Parsers.Name<T>,
        };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(_ => EnumNames.All<T>());
        return option;
    }

    public static Option<MessageState?> State(string description) => Name<MessageState>("--state", description);
}
