namespace Timestone.Client;

/// <summary>How a <see cref="TimestoneClient"/> reaches its server and how long it keeps trying.</summary>
public sealed record TimestoneClientOptions
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>
    /// Where the servers listen, at least one: absolute http or https addresses, the path of each the prefix of all routes. Where one
    /// stands by or cannot be reached, the next is tried, and kept to while it answers.
    /// </summary>
    public IReadOnlyList<Uri> Addresses { get; set; } = [new("http://127.0.0.1:7070/")];

    /// <summary>The first of <see cref="Addresses"/>; setting it makes it the only one.</summary>
    public Uri Address
    {
        get => Addresses[0];
        set => Addresses = [value];
    }

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

    internal TimestoneClientOptions Validated()
    {
        if (
            Addresses is not { Count: > 0 }
            || !Addresses.All(static address =>
                address is { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" }
            )
        )
            throw new ArgumentException(
                "Each address must be an absolute http or https one, without user, query or fragment; at least one is needed.",
                nameof(Addresses)
            );
        Range(RequestTimeout, TimeSpan.FromTicks(1), nameof(RequestTimeout));
        Range(ConnectTimeout, TimeSpan.FromTicks(1), nameof(ConnectTimeout));
        Range(RetryFor, TimeSpan.Zero, nameof(RetryFor));
        Range(RetryDelay, TimeSpan.FromTicks(1), nameof(RetryDelay));
        Range(MaxRetryDelay, RetryDelay, nameof(MaxRetryDelay));
        return this with { Addresses = [.. Addresses] };
    }

    private static void Range(TimeSpan value, TimeSpan least, string field)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, field);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Longest, field);
    }
}
