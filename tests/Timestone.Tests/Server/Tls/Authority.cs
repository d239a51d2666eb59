using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Timestone.Tests.Server.Tls;

/// <summary>An authority with another below it, which signs certificates for loopback.</summary>
internal sealed class Authority : IDisposable
{
    private static readonly DateTimeOffset From = DateTimeOffset.UtcNow.AddDays(-1), To = From.AddYears(1);

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    public Authority()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _root = Request("Root", rootKey, isAuthority: true).CreateSelfSigned(From, To);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _intermediate = Request("Intermediate", key, isAuthority: true).Create(_root, From, To, Serial()).CopyWithPrivateKey(key);
    }

    /// <summary>Writes a new certificate, with the one that leads to the root, and its key.</summary>
    public void Issue(string name, string certificateFile, string keyFile, bool forServers = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key, isAuthority: false);
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(forServers ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], critical: false)
        );
        using var certificate = request.Create(_intermediate, From, To.AddDays(-1), Serial());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificateFile, $"{certificate.ExportCertificatePem()}\n{_intermediate.ExportCertificatePem()}\n");
    }

    /// <summary>Writes the certificates that all of its own lead to.</summary>
    public void Publish(string file) =>
        File.WriteAllText(file, $"{_root.ExportCertificatePem()}\n{_intermediate.ExportCertificatePem()}\n");

    /// <summary>Connects to who is certified by it, and trusts its root alone.</summary>
    /// <param name="shown">Is told the subject of what a server shows.</param>
    public SocketsHttpHandler Handler(Action<string>? shown = null) =>
        new()
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    shown?.Invoke(certificate!.Subject);
                    return errors == SslPolicyErrors.None;
                },
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { _root },
                    RevocationMode = X509RevocationMode.NoCheck,
                    DisableCertificateDownloads = true,
                },
            },
        };

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
    }

    private static byte[] Serial() => RandomNumberGenerator.GetBytes(8);

    private static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (isAuthority)
            return request;
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
