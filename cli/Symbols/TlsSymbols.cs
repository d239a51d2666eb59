using System.CommandLine;
using System.CommandLine.Parsing;
using Timestone.Client;

namespace Timestone.Cli;

/// <summary>Which servers of https are trusted, and what they are shown: options, each with a variable that sets its default.</summary>
internal static class TlsSymbols
{
    private const string AuthorityName = "--ca", CertificateName = "--certificate", KeyName = "--certificate-key";
    private const string AuthorityVariable = "TIMESTONE_CA",
        CertificateVariable = "TIMESTONE_CERTIFICATE",
        KeyVariable = "TIMESTONE_CERTIFICATE_KEY";

    /// <summary>Made anew for each command line.</summary>
    public static Option[] All(CliHost host) =>
        [
            PemFile(host, AuthorityName, AuthorityVariable, "The authorities that servers of https are certified by, instead of the machine's."),
            PemFile(host, CertificateName, CertificateVariable, "The certificate to show to servers that ask for one."),
            PemFile(host, KeyName, KeyVariable, "The certificate's private key, not encrypted, if it is in another file."),
        ];

    /// <summary>The options of a client, with what the command line says of TLS.</summary>
    public static TimestoneClientOptions Put(TimestoneClientOptions options, ParseResult parse)
    {
        // What the environment says of servers of https does not concern others.
        var isSecure = options.Addresses.Any(static address => address.Scheme == Uri.UriSchemeHttps);
        return options with
        {
            CertificateAuthority = Find(AuthorityName),
            Certificate = Find(CertificateName),
            CertificateKey = Find(KeyName),
        };

        string? Find(string name) =>
            isSecure || parse.GetResult(name) is OptionResult { Implicit: false } ? parse.GetValue<string?>(name) : null;
    }

    /// <summary>What the client says is wrong with its options, for who gave them on the command line.</summary>
    public static string Describe(ArgumentException wrong)
    {
        var option = wrong.ParamName switch
        {
            nameof(TimestoneClientOptions.CertificateAuthority) => AuthorityName,
            nameof(TimestoneClientOptions.Certificate) => CertificateName,
            nameof(TimestoneClientOptions.CertificateKey) => KeyName,
            _ => CommonOptions.ServerName,
        };

        // The framework adds the property's name.
        var end = wrong.Message.LastIndexOf(" (Parameter", StringComparison.Ordinal);
        return $"{option}: {(end < 0 ? wrong.Message : wrong.Message[..end])}";
    }

    private static Option<string?> PemFile(CliHost host, string name, string variable, string description) =>
        new(name)
        {
            Description = $"{description} PEM; {variable} sets a default.",
            HelpName = "file",
            Recursive = true,
            DefaultValueFactory = _ => host.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given : null,
        };
}
