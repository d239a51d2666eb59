using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Timestone.Hosting.Tls;

/// <summary>
/// The certificate that a server shows. Its files are looked at again as connections come, so that whoever renews it need not restart the
/// server; connections that are open keep the one that they were shown.
/// </summary>
internal sealed partial class ServerCertificate
{
    // By content, at most so often: where files are links, as in Kubernetes, their times do not change with what they lead to.
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // The use of a key that a server's certificate allows.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private (string Certificate, string Key) _seen;
    private SslStreamCertificateContext _current;
    private long _lookedAt;

    /// <summary>A certificate in files, which are read here for the first time.</summary>
    /// <param name="certificateFile">The certificate, and after it those that lead to its authority; PEM.</param>
    /// <param name="keyFile">Its private key, not encrypted; PEM.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told when there is another, and when the files cannot be read any more.</param>
    /// <exception cref="BadOptionException">It cannot be read, or the key is another's.</exception>
    public ServerCertificate(string certificateFile, string keyFile, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        (_certificateFile, _keyFile, _time, _logger) = (certificateFile, keyFile, time, logger);
        _lookedAt = time.GetTimestamp();
        try
        {
            _seen = Read();
            _current = Parse(_seen);
        }
        catch (Exception problem) when (IsOfFiles(problem))
        {
            throw new BadOptionException("--tls-certificate", Describe(problem));
        }
    }

    /// <summary>The certificate with those that lead to its authority. At most once a second this reads the files.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_lookedAt) < Pace)
                    return _current;
                _lookedAt = _time.GetTimestamp();
                Look();
                return _current;
            }
        }
    }

    /// <summary>Sets the options of addresses of https so that they show it, with those that lead to its authority.</summary>
    public void ShowBy(HttpsConnectionAdapterOptions https)
    {
        // Kestrel's own way has no chain, or asks the network for it.
        https.ServerCertificateSelector = (_, _) => Current.TargetCertificate;
        https.OnAuthenticate = (_, tls) =>
        {
            tls.ServerCertificateSelectionCallback = null;
            tls.ServerCertificateContext = Current;
        };
    }

    private void Look()
    {
        (string Certificate, string Key) read = default;
        try
        {
            read = Read();
            if (read == _seen)
                return;
            _current = Parse(read);
            LogReplaced(_current.TargetCertificate.Subject, _current.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (Exception problem) when (IsOfFiles(problem))
        {
            // Maybe half of it is written: the one that there is stays.
            if (read == _seen)
                return;
            LogUnreadable(Describe(problem));
        }

        // One line for each change.
        _seen = read;
    }

    private (string Certificate, string Key) Read() => (File.ReadAllText(_certificateFile), File.ReadAllText(_keyFile));

    private static SslStreamCertificateContext Parse((string Certificate, string Key) pem)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem.Certificate);
        var leaf = X509Certificate2.CreateFromPem(pem.Certificate, pem.Key);
        if (OperatingSystem.IsWindows())
        {
            // There TLS refuses a key that is in memory alone.
            leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        }

        var usage = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        return usage is null || usage.EnhancedKeyUsages.Cast<Oid>().Any(static use => use.Value == ServerAuthentication)
            ? SslStreamCertificateContext.Create(leaf, [.. all.Skip(1)], offline: true)
            : throw new CryptographicException("the certificate is not for servers.");
    }

    private static bool IsOfFiles(Exception problem) =>
        problem is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private string Describe(Exception problem) =>
        problem is IOException or UnauthorizedAccessException
            ? problem.Message
            : $"'{_certificateFile}' and '{_keyFile}' are not a certificate and its private key without a password, as PEM: {problem.Message}";

    [LoggerMessage(1, LogLevel.Information, "New connections are shown the certificate of {Subject}, valid until {NotAfter:u}.")]
    private partial void LogReplaced(string subject, DateTime notAfter);

    [LoggerMessage(2, LogLevel.Warning, "The certificate cannot be read any more, the one before it is shown: {Problem}")]
    private partial void LogUnreadable(string problem);
}
