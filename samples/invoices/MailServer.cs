using System.Collections.Concurrent;

namespace Invoices;

/// <summary>Stands in for what sends mail. The server of one customer wants each mail twice, as some do against spam.</summary>
internal sealed class MailServer
{
    private readonly ConcurrentDictionary<string, bool> _seen = [];

    /// <summary>Sends a mail, once: a second one with the same id is dropped by its receiver.</summary>
    /// <returns>When it was sent.</returns>
    /// <exception cref="GreylistedException">The receiver wants it later.</exception>
    public async Task<DateTimeOffset> SendAsync(Mail mail, string messageId, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        if (mail.To.EndsWith("@globex.example", StringComparison.Ordinal) && _seen.TryAdd(messageId, true))
            throw new GreylistedException(TimeSpan.FromSeconds(2));
        return DateTimeOffset.UtcNow;
    }
}

internal sealed class GreylistedException(TimeSpan retryAfter) : Exception($"Greylisted: try again in {retryAfter.TotalSeconds} s.")
{
    public TimeSpan RetryAfter => retryAfter;
}
