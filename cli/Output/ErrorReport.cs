using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary>Errors as one line on standard error: what, code, field.</summary>
internal static class ErrorReport
{
    /// <summary>
    /// For a person a sentence; for a machine what stands in a batch's results too: <c>{"error":{code,detail,field}}</c>.
    /// </summary>
    public static void Write(TextWriter error, TimestoneException refused, Uri[] servers, bool json)
    {
        var problem = Problem(refused, servers);
        if (json)
            error.WriteLine(JsonSerializer.Serialize(new MessageResult { Error = problem }, TimestoneJson.Default.MessageResult));
        else
            Write(error, Describe(problem));
    }

    /// <summary>What is wrong; of a server that is not there, what to do about it.</summary>
    public static TimestoneError Problem(TimestoneException refused, Uri[] servers) =>
        IsUnreachable(refused)
            ? refused.Error with
            {
                Detail =
                    $"cannot reach {string.Join(" or ", servers.Select(static server => server.GetLeftPart(UriPartial.Authority)))}: is the server running? Start it with timestone-server, or name another one with --server or TIMESTONE_SERVER",
            }
            : refused.Error;

    public static void Write(TextWriter error, string what) => error.WriteLine($"timestone: {Text.Clean(what)}");

    /// <summary>Where to read on after a wrong command line.</summary>
    public static void WriteHint(TextWriter error, CommandResult command)
    {
        var names = new Stack<string>();
        for (SymbolResult? result = command; result is CommandResult { Command: not RootCommand } inner; result = inner.Parent)
            names.Push(inner.Command.Name);
        error.WriteLine($"See '{string.Join(' ', names.Prepend("timestone"))} --help'.");
    }

    /// <summary>An error for people: <c>what (code)</c> or <c>what (code, field)</c>.</summary>
    public static string Describe(TimestoneError error)
    {
        var code = EnumNames.Of(error.Code);
        return $"{error.Detail.TrimEnd('.')} ({(error.Field is null ? code : $"{code}, {error.Field}")})";
    }

    private static bool IsUnreachable(TimestoneException refused)
    {
        for (Exception? cause = refused; cause is not null; cause = cause.InnerException)
        {
            if (
                cause is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
            )
                return true;
        }

        return false;
    }
}
