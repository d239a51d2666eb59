using System.CommandLine;
using Timestone.Indexing.Elasticsearch;

namespace Timestone.Cli;

/// <summary>Where Elasticsearch is, for the commands that write there themselves.</summary>
internal sealed class ElasticsearchSymbols
{
    /// <summary>Where secrets come from, for help.</summary>
    public const string Secrets = $"Secrets come from the environment: {ApiKeyVariable}, or {UserVariable} and {PasswordVariable}.";

    private const string Variable = "TIMESTONE_ELASTICSEARCH";
    private const string ApiKeyVariable = "TIMESTONE_ELASTICSEARCH_API_KEY";
    private const string UserVariable = "TIMESTONE_ELASTICSEARCH_USER";
    private const string PasswordVariable = "TIMESTONE_ELASTICSEARCH_PASSWORD";

    private readonly CliHost _host;

    public ElasticsearchSymbols(CliHost host)
    {
        _host = host;
        Address = new Option<string>("--elasticsearch")
        {
            Description = $"Addresses of Elasticsearch, separated by commas; {Variable} sets a default.",
            HelpName = "url",
            DefaultValueFactory = _ => Find(Variable) ?? "http://127.0.0.1:9200",
        };
    }

    public Option<string> Address { get; }

    public Option<string> Prefix { get; } =
        new("--prefix")
        {
            Description = "What the names of the indices begin with.",
            HelpName = "name",
            DefaultValueFactory = static _ => "timestone",
        };

    public Option<string?> Authorities { get; } =
        new("--ca-file") { Description = "A PEM file of the authorities whose certificates are trusted.", HelpName = "file" };

    public Option<string?> Fingerprint { get; } =
        new("--fingerprint") { Description = "The SHA-256 fingerprint of the one certificate that is trusted.", HelpName = "hex" };

    /// <summary>All of them.</summary>
    public IEnumerable<Option> All => [Address, Prefix, Authorities, Fingerprint];

    /// <exception cref="UsageException">An address is none.</exception>
    public ElasticsearchOptions OptionsOf(Call call) =>
        new()
        {
            Addresses =
            [
                .. call.Get(Address)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(AddressOf),
            ],
            Prefix = call.Get(Prefix)!,
            ApiKey = Find(ApiKeyVariable),
            User = Find(UserVariable),
            Password = Find(PasswordVariable),
            CertificateAuthorityFile = call.Get(Authorities),
            CertificateFingerprint = call.Get(Fingerprint),
        };

    private static Uri AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
            ? address
            : throw new UsageException($"--elasticsearch: '{text}' is no URL.");

    private string? Find(string name) => _host.GetEnvironmentVariable(name) is { Length: > 0 } given ? given : null;
}
