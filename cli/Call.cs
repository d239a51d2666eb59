using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Timestone.Client;

namespace Timestone.Cli;

/// <summary>One run of one command: what was given, the service it goes to, and where its answer goes.</summary>
internal sealed class Call(CliHost host, ParseResult parse)
{
    private ITimestone? _timestone;

    public CliHost Host => host;

    /// <summary>Whether the answer is for a machine.</summary>
    public bool Json { get; } = parse.GetValue<bool>(CommonOptions.JsonName);

    public TextWriter Out => host.Out;

    public TextWriter Error => host.Error;

    /// <summary>The service, connected at its first use.</summary>
    /// <exception cref="UsageException">A file of a certificate cannot be read, or holds something else.</exception>
    public ITimestone Timestone => _timestone ??= Connect();

    private Uri[] Servers => parse.GetRequiredValue<Uri[]>(CommonOptions.ServerName);

    private ITimestone Connect()
    {
        var options = new TimestoneClientOptions
        {
            Addresses = Servers,
            RetryFor = parse.GetValue<TimeSpan?>(CommonOptions.RetryForName) ?? CommonOptions.DefaultRetryFor,
        };
        try
        {
            return host.Connect(TlsSymbols.Put(options, parse));
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(TlsSymbols.Describe(wrong));
        }
    }

    public T Get<T>(Argument<T> argument) => parse.GetRequiredValue(argument);

    /// <summary>An argument that may be left out; null then.</summary>
    public T? Find<T>(Argument<T> argument) => parse.GetValue(argument);

    /// <summary>The option's value; its type's default when it was not given.</summary>
    public T? Get<T>(Option<T> option) => parse.GetValue(option);

    /// <summary>Whether the user gave the option.</summary>
    public bool Has(Option option) => parse.GetResult(option) is { Implicit: false };

    /// <summary>Writes the answer: to a machine as one line of JSON, to a person as <paramref name="forPeople"/> writes it.</summary>
    public void Answer<T>(T value, JsonTypeInfo<T> type, Action<TextWriter> forPeople)
    {
        if (Json)
            Out.WriteLine(JsonSerializer.Serialize(value, type));
        else
            forPeople(Out);
    }

    /// <summary>Runs the command's body and turns what it throws into a line on standard error and an exit code.</summary>
    public async Task<int> GuardAsync(Func<Task<int>> body)
    {
        try
        {
            return await body().ConfigureAwait(false);
        }
        catch (TimestoneException refused)
        {
            Report(refused);
            return refused.Code.Meaning().ExitCode;
        }
        catch (UsageException usage)
        {
            ErrorReport.Write(Error, usage.Message);
            ErrorReport.WriteHint(Error, parse.CommandResult);
            return ExitCodes.Usage;
        }
        catch (OutputException problem)
        {
            return problem.Report(Error);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
#pragma warning disable CA1031 // The last line of defence: whatever it is, the user gets one line and not a stack trace.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            ErrorReport.Write(Error, $"internal error, please report it: {bug.GetType().Name}: {bug.Message}");
            return ExitCodes.Internal;
        }
    }

    /// <summary>Tells of a refusal on standard error.</summary>
    public void Report(TimestoneException refused) => ErrorReport.Write(Error, refused, Servers, Json);

    /// <summary>A refusal for people, with what to do about it where that is known.</summary>
    public string Describe(TimestoneException refused) => ErrorReport.Describe(ErrorReport.Problem(refused, Servers));
}
