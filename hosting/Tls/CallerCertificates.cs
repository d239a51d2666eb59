using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Timestone.Hosting.Tls;

/// <summary>Whom a server lets in by the certificates that they show: only those whom given authorities have certified.</summary>
internal sealed class CallerCertificates
{
    private readonly X509ChainPolicy _policy = new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    /// <param name="file">The authorities' certificates; PEM.</param>
    /// <exception cref="BadOptionException">It cannot be read, or holds none.</exception>
    public CallerCertificates(string file)
    {
        try
        {
            _policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new BadOptionException("--tls-client-ca", problem.Message);
        }
        catch (CryptographicException problem)
        {
            throw new BadOptionException("--tls-client-ca", $"'{file}' holds no certificates as PEM: {problem.Message}");
        }

        if (_policy.CustomTrustStore.Count == 0)
            throw new BadOptionException("--tls-client-ca", $"'{file}' holds no certificate as PEM.");
    }

    /// <summary>Sets the options of addresses of https so that who shows none, or another's, is refused.</summary>
    public void AskBy(HttpsConnectionAdapterOptions https)
    {
        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        var before = https.OnAuthenticate;
        https.OnAuthenticate = (connection, tls) =>
        {
            before?.Invoke(connection, tls);
            tls.CertificateChainPolicy = _policy;
        };
    }
}
