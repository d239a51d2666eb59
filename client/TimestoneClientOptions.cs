using Timestone.Client.Sending;

namespace Timestone.Client;

/// <summary>How a <see cref="TimestoneClient"/> reaches its server and how long it keeps trying.</summary>
public sealed record TimestoneClientOptions
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly Uri Default = new("http://127.0.0.1:7070/");

    /// <summary>
    /// Where the servers listen; none means <c>http://127.0.0.1:7070/</c>. Absolute addresses, all of one protocol: http and https with the
    /// path of each as the prefix of all routes, or grpc and grpcs (with TLS) without a path. Where one stands by or cannot be reached, the
    /// next is tried, and kept to while it answers.
    /// </summary>
    public IReadOnlyList<Uri> Addresses { get; set; } = [];

    /// <summary>The first of <see cref="Addresses"/>; setting another makes it the only one.</summary>
    public Uri Address
    {
        get => Addresses is [var first, ..] ? first : Default;
        set
        {
            // Binding from configuration sets what it got, which must not drop the others.
            if (value != Address)
                Addresses = [value];
        }
    }

    /// <summary>
    /// How to speak with the servers; null for what the scheme of <see cref="Addresses"/> says. <see cref="TimestoneProtocol.Grpc"/> takes
    /// http for grpc and https for grpcs.
    /// </summary>
    public TimestoneProtocol? Protocol { get; set; }

    /// <summary>How long one try may take, beyond the wait that a dequeue asks for; more than 0, at most a day.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may take to be made; more than 0, at most a day.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after the beginning of a call another try may begin; 0 to a day, 0 tries each address once.</summary>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>About how long the first wait between two tries is; it doubles from one to the next. More than 0, at most a day.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The longest wait between two tries, unless the server asks for a longer one; at least <see cref="RetryDelay"/>, at most a day.
    /// </summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether calls of <c>EnqueueAsync</c> for one queue that are made side by side may share a request: which makes many callers several
    /// times as fast, and few no slower. Turn it off where a handler of the client's requests looks at who calls.
    /// </summary>
    public bool GatherEnqueues { get; set; } = true;

    /// <summary>
    /// A file with the certificates of authorities, as PEM: a server's certificate must lead to one of them. Null for those that the
    /// machine trusts. Read when the client is made.
    /// </summary>
    public string? CertificateAuthority { get; set; }

    /// <summary>
    /// A file with the certificate that is shown to servers that ask for one, as PEM; null to show none. Read for each connection, so that
    /// a renewed one needs no restart. Intermediates are not shown: the server must know them.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>
    /// A file with the certificate's private key, not encrypted, as PEM; null if it is in the file of <see cref="Certificate"/>.
    /// </summary>
    public string? CertificateKey { get; set; }

    internal TimestoneClientOptions Validated()
    {
        if (Addresses is null || !Addresses.All(IsAddress))
            throw new ArgumentException(
                "Each address must be an absolute http, https, grpc or grpcs one, without user, query or fragment.",
                nameof(Addresses)
            );
        if (Protocol is { } protocol && !Enum.IsDefined(protocol))
            throw new ArgumentOutOfRangeException(nameof(Protocol), protocol, "There is no such protocol.");
        var isGrpc = Protocol == TimestoneProtocol.Grpc || IsGrpc(Address);
        if (isGrpc && (Protocol == TimestoneProtocol.Http || !Addresses.All(static address => address.AbsolutePath is "/" or "")))
            throw new ArgumentException("An address of gRPC has no path, and no other protocol.", nameof(Addresses));
        if (Protocol != TimestoneProtocol.Grpc && Addresses.Any(address => IsGrpc(address) != isGrpc))
            throw new ArgumentException("All addresses must be of one protocol.", nameof(Addresses));
        if (CertificateKey is not null && Certificate is null)
            throw new ArgumentException("A key needs its certificate.", nameof(CertificateKey));
        if ((CertificateAuthority ?? Certificate) is not null && Addresses is not [] && !Addresses.Any(IsSecure))
            throw new ArgumentException("Certificates are for addresses of https or grpcs, of which there is none.", nameof(Addresses));
        ConnectionTls.Of(this);
        Range(RequestTimeout, TimeSpan.FromTicks(1), nameof(RequestTimeout));
        Range(ConnectTimeout, TimeSpan.FromTicks(1), nameof(ConnectTimeout));
        Range(RetryFor, TimeSpan.Zero, nameof(RetryFor));
        Range(RetryDelay, TimeSpan.FromTicks(1), nameof(RetryDelay));
        Range(MaxRetryDelay, RetryDelay, nameof(MaxRetryDelay));
        return this with
        {
            Addresses = Addresses is [] ? [Default] : [.. Addresses],
            Protocol = isGrpc ? TimestoneProtocol.Grpc : TimestoneProtocol.Http,
        };
    }

    /// <summary>Whether an address asks for TLS.</summary>
    internal static bool IsSecure(Uri address) => address.Scheme is "https" or "grpcs";

    private static bool IsGrpc(Uri address) => address.Scheme is "grpc" or "grpcs";

    private static bool IsAddress(Uri address) =>
        address is { IsAbsoluteUri: true, Scheme: "http" or "https" or "grpc" or "grpcs", Query: "", Fragment: "", UserInfo: "" };

    private static void Range(TimeSpan value, TimeSpan least, string field)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, field);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Longest, field);
    }
}
