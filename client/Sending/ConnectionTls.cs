using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Timestone.Client.Sending;

/// <summary>Which servers a client's connections trust, and what they show to those that ask who is calling.</summary>
internal static class ConnectionTls
{
    /// <summary>What a connection of TLS is made with.</summary>
    /// <exception cref="ArgumentException">A file cannot be read, or holds something else; the exception names the option.</exception>
    public static SslClientAuthenticationOptions Of(TimestoneClientOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.CertificateAuthority is { } authority)
            tls.CertificateChainPolicy = Trusting(authority);
        if (options is { Certificate: { } certificate, CertificateKey: var key })
        {
            using (Read(certificate, key))
            {
                // Only whether it can be shown: each connection shows what the files hold by then, so that a renewed one needs no restart.
            }

            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => Read(certificate, key);
        }

        return tls;
    }

    private static X509ChainPolicy Trusting(string file)
    {
        const string option = nameof(TimestoneClientOptions.CertificateAuthority);
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception problem) when (IsOfFiles(problem))
        {
            throw Unreadable(problem, $"'{file}' holds no certificates as PEM", option);
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw Wrong($"'{file}' holds no certificate as PEM.", option, null);
    }

    private static X509Certificate2 Read(string certificate, string? key)
    {
        try
        {
            var shown = X509Certificate2.CreateFromPemFile(certificate, key);

            // On Windows TLS refuses a key that is in memory alone.
            return OperatingSystem.IsWindows()
                ? X509CertificateLoader.LoadPkcs12(shown.Export(X509ContentType.Pkcs12), password: null)
                : shown;
        }
        catch (Exception problem) when (IsOfFiles(problem))
        {
            var files = key is null ? $"'{certificate}' holds no" : $"'{certificate}' and '{key}' are no";
            throw Unreadable(
                problem,
                $"{files} certificate with its private key, without a password, as PEM",
                nameof(TimestoneClientOptions.Certificate)
            );
        }
    }

    private static bool IsOfFiles(Exception problem) =>
        problem is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private static ArgumentException Unreadable(Exception problem, string what, string option) =>
        Wrong(problem is IOException or UnauthorizedAccessException ? problem.Message : $"{what}: {problem.Message}", option, problem);

    private static ArgumentException Wrong(string what, string option, Exception? cause) => new(what, option, cause);
}
