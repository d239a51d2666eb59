using System.CommandLine;
using Timestone.Backends.Elasticsearch;

namespace Timestone.Cli;

/// <summary><c>timestone reindex</c></summary>
internal sealed class ReindexCommand : CliCommand
{
    private const string Variable = "TIMESTONE_ELASTICSEARCH";
    private const string ApiKeyVariable = "TIMESTONE_ELASTICSEARCH_API_KEY";
    private const string UserVariable = "TIMESTONE_ELASTICSEARCH_USER";
    private const string PasswordVariable = "TIMESTONE_ELASTICSEARCH_PASSWORD";

    private readonly Option<string> _address;
    private readonly Option<string> _prefix;
    private readonly Option<string?> _authorities;
    private readonly Option<string?> _fingerprint;
    private readonly Option<TimeSpan?> _wait;
    private readonly Option<bool> _restart;

    public ReindexCommand(CliHost host)
        : base(
            host,
            "reindex",
            $"Builds Elasticsearch's index of current messages anew from what the server holds, beside the running service, and swaps it in. "
            + $"Secrets come from the environment: {ApiKeyVariable}, or {UserVariable} and {PasswordVariable}.")
    {
        _address = Take(new Option<string>("--elasticsearch")
        {
            Description = $"Addresses of Elasticsearch, separated by commas; {Variable} sets a default.",
            HelpName = "url",
            DefaultValueFactory = _ => host.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : "http://127.0.0.1:9200",
        });
        _prefix = Take(new Option<string>("--prefix") { Description = "What the names of the indices begin with.", HelpName = "name", DefaultValueFactory = static _ => "timestone" });
        _authorities = Take(new Option<string?>("--ca-file") { Description = "A PEM file of the authorities whose certificates are trusted.", HelpName = "file" });
        _fingerprint = Take(new Option<string?>("--fingerprint") { Description = "The SHA-256 fingerprint of the one certificate that is trusted.", HelpName = "hex" });
        _wait = Take(CommonOptions.Duration("--wait", "How long to wait until servers and indexers have seen the new index, at least two seconds and their time limit for a request (32s)."));
        _restart = Take(new Option<bool>("--restart") { Description = "Delete what a rebuild that was killed has left behind." });
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        try
        {
            using var connection = new ElasticsearchConnection(OptionsOf(call), Host.Time);
            var report = await new ElasticsearchRebuild(connection, call.Timestone) { WriterDelay = call.Get(_wait) }.RunAsync(call.Get(_restart), cancellationToken: cancellationToken).ConfigureAwait(false);
            call.Answer(report, CliJson.Default.RebuildReport, output => output.WriteLine($"{report.Index}: {Text.Number(report.Messages)} messages of {Text.Number(report.Queues)} queues"));
            return ExitCodes.Ok;
        }
        catch (ArgumentException problem)
        {
            throw new UsageException(problem.Message);
        }
        catch (InvalidOperationException problem)
        {
            ErrorReport.Write(call.Error, $"{problem.Message} Where no other one is at work: --restart.");
            return ExitCodes.Refused;
        }
        catch (IOException problem)
        {
            ErrorReport.Write(call.Error, problem.Message);
            return ExitCodes.Unavailable;
        }
    }

    private ElasticsearchOptions OptionsOf(Call call) => new()
    {
        Addresses = [.. call.Get(_address)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Address)],
        Prefix = call.Get(_prefix)!,
        ApiKey = Variables(ApiKeyVariable),
        User = Variables(UserVariable),
        Password = Variables(PasswordVariable),
        CertificateAuthorityFile = call.Get(_authorities),
        CertificateFingerprint = call.Get(_fingerprint),
    };

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : throw new UsageException($"--elasticsearch: '{text}' is no URL.");

    private string? Variables(string name) => Host.GetEnvironmentVariable(name) is { Length: > 0 } given ? given : null;
}
