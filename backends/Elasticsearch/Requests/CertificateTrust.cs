using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Timestone.Backends.Elasticsearch;

/// <summary>
/// Which certificates of a server are trusted. Its name must be right in any case but one. The client's own check of a fingerprint looks neither at
/// the name nor at the signatures between the server's certificate and the one of that fingerprint.
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
            return (_, certificate, chain, problems) =>
                IsTrusted(certificate, chain, problems, sent => sent.Where(each => CryptographicOperations.FixedTimeEquals(each.GetCertHash(HashAlgorithmName.SHA256), fingerprint)));
        }

        if (options.CertificateAuthorityFile is not { } file)
            return null;
        var authorities = Authorities(file);
        return (_, certificate, chain, problems) => IsTrusted(certificate, chain, problems, _ => authorities);
    }

    // Whom we trust is ours to say, so the chain is built anew upon those; what the machine thinks of it does not matter.
    private static bool IsTrusted(
        X509Certificate? certificate, X509Chain? chain, SslPolicyErrors problems, Func<IEnumerable<X509Certificate2>, IEnumerable<X509Certificate2>> roots)
    {
        if (certificate is not X509Certificate2 server || (problems & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        List<X509Certificate2> sent = [server, .. chain?.ChainPolicy.ExtraStore ?? [], .. chain?.ChainElements.Select(static element => element.Certificate) ?? []];
        using var ours = new X509Chain();
        ours.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        ours.ChainPolicy.CustomTrustStore.AddRange(roots(sent).ToArray());
        ours.ChainPolicy.ExtraStore.AddRange(sent.ToArray());
        // Elasticsearch's own authorities publish no lists of what they revoked.
        ours.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return ours.ChainPolicy.CustomTrustStore.Contains(server) || ours.Build(server);
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

        return authorities.Count > 0 ? authorities : throw new ArgumentException($"{nameof(ElasticsearchOptions.CertificateAuthorityFile)}: There is no certificate in {file}.");
    }
}
