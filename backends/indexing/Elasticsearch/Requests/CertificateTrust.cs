using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Which certificates of a server are trusted. Its name must be right in any case but one. The client's own check of a fingerprint would
/// look at nothing but whether such a certificate is among those of the chain: neither at the name nor at whether it signed the server's.
/// </summary>
internal static class CertificateTrust
{
    /// <summary>What decides on a server's certificate; null where the machine does.</summary>
    /// <exception cref="ArgumentException">The file of authorities cannot be read or holds none.</exception>
    public static Func<object, X509Certificate, X509Chain, SslPolicyErrors, bool>? Of(ElasticsearchOptions options)
    {
        if (options.TrustAnyCertificate)
            return static (_, _, _, _) => true;
        if (options.Fingerprint is { } fingerprint)
        {
            return (_, certificate, chain, problems) => HasName(problems) && certificate is X509Certificate2 server
                && (Is(server, fingerprint) || IsBuiltUpon(Sent(chain).FindAll(each => Is(each, fingerprint)), server, chain));
        }

        if (options.CertificateAuthorityFile is not { } file)
            return null;
        var authorities = Authorities(file);
        return (_, certificate, chain, problems) =>
            HasName(problems) && certificate is X509Certificate2 server && IsBuiltUpon(authorities, server, chain);
    }

    private static bool HasName(SslPolicyErrors problems) =>
        (problems & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None;

    private static bool Is(X509Certificate2 certificate, byte[] fingerprint) =>
        CryptographicOperations.FixedTimeEquals(certificate.GetCertHash(HashAlgorithmName.SHA256), fingerprint);

    private static List<X509Certificate2> Sent(X509Chain? chain) =>
        chain is null ? [] : [.. chain.ChainPolicy.ExtraStore, .. chain.ChainElements.Select(static element => element.Certificate)];

    // Whom we trust is ours to say, so the chain is built anew upon those; what the machine thinks of it does not matter.
    private static bool IsBuiltUpon(IEnumerable<X509Certificate2> authorities, X509Certificate2 server, X509Chain? chain)
    {
        using var ours = new X509Chain();
        ours.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        ours.ChainPolicy.CustomTrustStore.AddRange(authorities.ToArray());
        ours.ChainPolicy.ExtraStore.AddRange(Sent(chain).ToArray());
        // Elasticsearch's own authorities publish no lists of what they revoked.
        ours.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return ours.ChainPolicy.CustomTrustStore.Count > 0 && ours.Build(server);
    }

    private static X509Certificate2Collection Authorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"{nameof(ElasticsearchOptions.CertificateAuthorityFile)}: {problem.Message}", problem);
        }

        return authorities.Count > 0
            ? authorities
            : throw new ArgumentException($"{nameof(ElasticsearchOptions.CertificateAuthorityFile)}: There is no certificate in {file}.");
    }
}
