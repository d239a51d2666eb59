using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Timestone.Tests.Support;

/// <summary>
/// An authority of a test's own: it signs certificates of servers, and is trusted by nobody who is not told to. All of them hold for a day.
/// </summary>
internal sealed class TestAuthority : IDisposable
{
    // Where a certificate for another name is not for this machine either.
    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.1");

    /// <param name="name">Its common name; two may have the same and are still two.</param>
    public TestAuthority(string name = "ours")
    {
        using var key = RSA.Create(2048);
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>Its own certificate, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>A server's certificate, with its key; one for <c>localhost</c> is for 127.0.0.1 too.</summary>
    public X509Certificate2 Issue(string host = "localhost")
    {
        using var key = RSA.Create(2048);
        var request = Request(host, key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        names.AddIpAddress(host == "localhost" ? IPAddress.Loopback : Elsewhere);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(Certificate, Certificate.NotBefore, Certificate.NotAfter, [1, 2, 3, 4]);
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>Writes its certificate to a file in PEM, as those who trust it want it; answers the file.</summary>
    public string Write(string folder)
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}.pem");
        File.WriteAllText(file, Certificate.ExportCertificatePem());
        return file;
    }

    /// <summary>
    /// Issues a certificate for <c>localhost</c> and writes it and its key to files in PEM, as servers want them; answers the files.
    /// </summary>
    public (string Certificate, string Key) WriteServer(string folder) => WriteIssued(folder, "localhost");

    /// <summary>Issues a certificate for a client and writes it and its key to files in PEM; answers the files.</summary>
    public (string Certificate, string Key) WriteClient(string folder) => WriteIssued(folder, "client");

    public void Dispose() => Certificate.Dispose();

    private (string Certificate, string Key) WriteIssued(string folder, string name)
    {
        using var issued = Issue(name);
        using var key = issued.GetRSAPrivateKey()!;
        var files = (Path.Combine(folder, $"{name}.pem"), Path.Combine(folder, $"{name}.key"));
        File.WriteAllText(files.Item1, issued.ExportCertificatePem());
        File.WriteAllText(files.Item2, key.ExportPkcs8PrivateKeyPem());
        return files;
    }

    private static CertificateRequest Request(string name, RSA key) =>
        new($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
