namespace Timestone.Indexing.Elasticsearch;

/// <summary>Where Elasticsearch is, who we are there, and how the indices are kept. A class, so that no log prints its secrets.</summary>
public sealed class ElasticsearchOptions
{
    /// <summary>
    /// Its nodes, all <c>http</c> or all <c>https</c>, without user and password. They take turns; where one cannot be reached, the next is
    /// tried. At least one.
    /// </summary>
    public required IReadOnlyList<Uri> Addresses { get; init; }

    /// <summary>
    /// What the names of all indices, aliases and templates begin with: lower-case letters, digits and hyphens, the first a letter.
    /// </summary>
    public string Prefix { get; init; } = "timestone";

    /// <summary>An API key in the encoded form in which Elasticsearch gives it; null for none. Not beside <see cref="User"/>.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The user of basic authentication; null for none.</summary>
    public string? User { get; init; }

    /// <summary>The user's password.</summary>
    public string? Password { get; init; }

    /// <summary>A PEM file of the authorities whose certificates are trusted; null for those that the machine trusts.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>
    /// The SHA-256 fingerprint, as hexadecimal digits with or without colons, of the one certificate that is trusted: the server's own, or
    /// that of an authority which it sends along. Null for none.
    /// </summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>Whether any certificate is trusted, whoever has made it. For trials only.</summary>
    public bool TrustAnyCertificate { get; init; }

    /// <summary>How long one request may take before its outcome counts as unknown. More than 0.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a write that failed for now is tried again before it is given back as failed. At least 0.</summary>
    public int Retries { get; init; } = 8;

    /// <summary>
    /// How long the first retry waits; each later one about twice as long, up to <see cref="MaxRetryDelay"/>. More than 0.
    /// </summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a retry waits at the most.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How large the body of one bulk request becomes, in bytes, unless one document alone is larger. More than 0.</summary>
    public int MaxBulkBytes { get; init; } = 5 * 1024 * 1024;

    /// <summary>
    /// For how long writers go by what they found of the aliases. More than 0; the same for all that write to one prefix.
    /// </summary>
    public TimeSpan AliasLookup { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How much time one historic index covers.</summary>
    public HistoricPeriod HistoricPeriod { get; init; } = HistoricPeriod.Day;

    /// <summary>
    /// How long transitions are kept at least: a historic index is deleted when all of its time is longer ago. More than 0.
    /// </summary>
    public TimeSpan HistoricRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How many shards a new index has; null for what Elasticsearch takes by default, which is one.</summary>
    public int? Shards { get; init; }

    /// <summary>How many replicas each shard of a new index has; null for one where there is a second node.</summary>
    public int? Replicas { get; init; }

    /// <summary>Checks what can be checked without Elasticsearch.</summary>
    /// <exception cref="ArgumentException">An option cannot be; it is named.</exception>
    public void Check()
    {
        Refuse(Addresses is not { Count: > 0 }, nameof(Addresses), "There must be at least one address.");
        foreach (var address in Addresses)
        {
            Refuse(
                address is not { IsAbsoluteUri: true, Scheme: "http" or "https" },
                nameof(Addresses),
                "An address is an absolute URL of http or https."
            );
            Refuse(
                address.UserInfo.Length > 0,
                nameof(Addresses),
                $"The address of {address.Host} must not hold a user or password: addresses are logged. Give them by themselves, or an API key."
            );
            Refuse(
                address.Query.Length > 0 || address.Fragment.Length > 0,
                nameof(Addresses),
                $"The address of {address.Host} must not hold a query or a fragment."
            );
        }

        Refuse(
            Addresses.Any(address => address.Scheme != Addresses[0].Scheme),
            nameof(Addresses),
            "Addresses are all of http or all of https."
        );
        Refuse(!IsPrefix(Prefix), nameof(Prefix), "The prefix is 1 to 64 lower-case letters, digits and hyphens, the first a letter.");
        Refuse(ApiKey is not null && User is not null, nameof(ApiKey), "Give an API key or a user, not both.");
        Refuse(
            ApiKey is not null && (ApiKey.Length == 0 || ApiKey.AsSpan().ContainsAnyExceptInRange('!', '~')),
            nameof(ApiKey),
            "An API key is text without spaces, as Elasticsearch gives it encoded."
        );
        Refuse(User is null != Password is null, nameof(Password), "Give a user and a password, or neither.");
        Refuse(User?.Contains(':', StringComparison.Ordinal) == true, nameof(User), "A user's name has no colon.");
        Refuse(
            Given(CertificateAuthorityFile) + Given(CertificateFingerprint) + (TrustAnyCertificate ? 1 : 0) > 1,
            nameof(CertificateFingerprint),
            "Give one of a file of authorities, a fingerprint, and the trust in any certificate."
        );
        Refuse(
            CertificateFingerprint is not null && Fingerprint is null,
            nameof(CertificateFingerprint),
            "A fingerprint is the 64 hexadecimal digits of a SHA-256."
        );
        Refuse(Timeout <= TimeSpan.Zero, nameof(Timeout), "It must be more than 0.");
        Refuse(Retries < 0, nameof(Retries), "It must be 0 or more.");
        Refuse(RetryDelay <= TimeSpan.Zero, nameof(RetryDelay), "It must be more than 0.");
        Refuse(MaxRetryDelay < RetryDelay, nameof(MaxRetryDelay), $"It must not be less than {nameof(RetryDelay)}.");
        Refuse(MaxBulkBytes <= 0, nameof(MaxBulkBytes), "It must be more than 0.");
        Refuse(AliasLookup <= TimeSpan.Zero, nameof(AliasLookup), "It must be more than 0.");
        Refuse(!Enum.IsDefined(HistoricPeriod), nameof(HistoricPeriod), "It must be day, week or month.");
        Refuse(HistoricRetention <= TimeSpan.Zero, nameof(HistoricRetention), "It must be more than 0.");
        Refuse(Shards < 1, nameof(Shards), "It must be 1 or more.");
        Refuse(Replicas < 0, nameof(Replicas), "It must be 0 or more.");
    }

    /// <summary>The fingerprint's bytes; null where there is none, or nothing that is one.</summary>
    internal byte[]? Fingerprint
    {
        get
        {
            var digits = CertificateFingerprint?.Replace(":", "", StringComparison.Ordinal);
            return digits?.Length == 64 && digits.All(char.IsAsciiHexDigit) ? Convert.FromHexString(digits) : null;
        }
    }

    private static bool IsPrefix(string? prefix) =>
        prefix is { Length: >= 1 and <= 64 }
        && char.IsAsciiLetterLower(prefix[0])
        && prefix.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static int Given(string? value) => value is null ? 0 : 1;

    private static void Refuse(bool wrong, string option, string why)
    {
        if (wrong)
            throw new ArgumentException($"{option}: {why}", option);
    }
}
