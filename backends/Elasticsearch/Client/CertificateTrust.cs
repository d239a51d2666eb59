using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Timestone.Backends.Elasticsearch;

/// <summary>Which certificates of a server are trusted. Its name must be right in any case but one.</summary>
internal static class CertificateTrust
{
    /// <exception cref="ArgumentException">The file of authorities cannot be read or holds none.</exception>
    public static SslClientAuthenticationOptions Of(ElasticsearchOptions options)
    {
        var ssl = new SslClientAuthenticationOptions();
        if (options.TrustAnyCertificate)
        {
#pragma warning disable CA5359 // What the option says.
            ssl.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (options.Fingerprint is { } fingerprint)
        {
            ssl.RemoteCertificateValidationCallback = (_, certificate, chain, problems) => certificate is X509Certificate2 server && IsPinned(fingerprint, server, chain, problems);
        }
        else if (options.CertificateAuthorityFile is { } file)
        {
            var policy = Policy();
            policy.CustomTrustStore.AddRange(Authorities(file));
            ssl.CertificateChainPolicy = policy;
        }

        return ssl;
    }

    // The fingerprint says whom we trust, so that chain is built anew upon that one; what the machine thinks of it does not matter.
    private static bool IsPinned(byte[] fingerprint, X509Certificate2 server, X509Chain? chain, SslPolicyErrors problems)
    {
        if ((problems & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        if (Is(server, fingerprint))
            return true;
        var sent = new X509Certificate2Collection();
        if (chain is not null)
        {
            sent.AddRange(chain.ChainPolicy.ExtraStore);
            foreach (var element in chain.ChainElements)
                sent.Add(element.Certificate);
        }

        if (sent.FirstOrDefault(each => Is(each, fingerprint)) is not { } authority)
            return false;
        using var pinned = new X509Chain { ChainPolicy = Policy() };
        pinned.ChainPolicy.CustomTrustStore.Add(authority);
        pinned.ChainPolicy.ExtraStore.AddRange(sent);
        return pinned.Build(server);
    }

    private static bool Is(X509Certificate2 certificate, byte[] fingerprint) =>
        CryptographicOperations.FixedTimeEquals(certificate.GetCertHash(HashAlgorithmName.SHA256), fingerprint);

    // Elasticsearch's own authorities publish no lists of what they revoked.
    private static X509ChainPolicy Policy() => new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };

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
