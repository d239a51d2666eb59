using System.Diagnostics;
using System.Security.Authentication;
using StackExchange.Redis;

namespace Timestone.Journals.Redis;

/// <summary>
/// The connection to Redis: every call through it ends in time, and with an <see cref="IOException"/> where it fails. The
/// client connects again by itself when its connection is cut; where it has become silent instead, it is replaced.
/// </summary>
internal sealed class RedisLink : IAsyncDisposable
{
    // The client fails calls a moment before it notes why it has no connection.
    private static readonly TimeSpan ReasonLimit = TimeSpan.FromSeconds(1), ReasonPause = TimeSpan.FromMilliseconds(20);

    private readonly ConfigurationOptions _options;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly Lock _sync = new();
    private Task<ConnectionMultiplexer> _client;
    private Task<Exception?>? _reason;
    private bool _disposed;

    public RedisLink(ConfigurationOptions options, TimeSpan timeout, TimeProvider? time = null)
    {
        (_options, _timeout, _time) = (options.Clone(), timeout, time ?? TimeProvider.System);

        // The client gives up at the same time, so that it does not send later what nobody waits for any more.
        _options.AsyncTimeout = _options.SyncTimeout = (int)timeout.TotalMilliseconds;
        _client = ConnectAsync();
    }

    /// <summary>Runs a script, which Redis may have to be told first.</summary>
    public Task<RedisResult> RunAsync(Script script, RedisKey[] keys, RedisValue[] arguments) =>
        CallAsync(client => RunAsync(client.GetDatabase(), script, keys, arguments, CommandFlags.None));

    /// <summary>Runs commands.</summary>
    /// <exception cref="IOException">Redis refused, did not answer in time or cannot be reached: what happened is unknown.</exception>
    public async Task<T> CallAsync<T>(Func<ConnectionMultiplexer, Task<T>> call, CancellationToken cancellationToken = default)
    {
        Task<ConnectionMultiplexer> client;
        lock (_sync)
        {
            client = _disposed ? throw new IOException("The connection to Redis is closed.") : _client;
        }

        try
        {
            var connected = client.IsCompletedSuccessfully
                ? client.Result
                : await client.WaitAsync(_timeout, _time, cancellationToken).ConfigureAwait(false);
            return await call(connected).WaitAsync(_timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException problem)
        {
            Replace(client);
            throw new IOException($"Redis did not answer within {_timeout.TotalSeconds} s.", problem);
        }
        catch (Exception problem) when (problem is not IOException && !cancellationToken.IsCancellationRequested)
        {
            if (client.IsFaulted)
                Replace(client);
            else if (
                problem is RedisConnectionException
                {
                    FailureType: ConnectionFailureType.UnableToResolvePhysicalConnection,
                    InnerException: null
                }
            )
                problem = await ReasonAsync(client.Result).WaitAsync(cancellationToken).ConfigureAwait(false) ?? problem;
            throw new IOException($"Redis: {Describe(problem)}", problem);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_sync)
            _disposed = true;
        await CloseAsync(_client).ConfigureAwait(false);
    }

    /// <summary>Runs a script by its hash, and by its text where Redis has lost it: at a restart, a failover, a flush.</summary>
    public static async Task<RedisResult> RunAsync(
        IDatabase database,
        Script script,
        RedisKey[] keys,
        RedisValue[] arguments,
        CommandFlags flags
    )
    {
        try
        {
            return await database.ScriptEvaluateAsync(script.Hash, keys, arguments, flags).ConfigureAwait(false);
        }
        catch (RedisServerException problem) when (IsUnknownScript(problem))
        {
            return await database.ScriptEvaluateAsync(script.Text, keys, arguments, flags).ConfigureAwait(false);
        }
    }

    /// <summary>What went wrong, for people: the client's own words tell of its threads and scripts.</summary>
    public static string Describe(Exception problem) =>
        problem switch
        {
            RedisServerException refusal => refusal.Message.Split(" script: ")[0],
            RedisConnectionException when Causes(problem).OfType<AuthenticationException>().FirstOrDefault() is { } distrust =>
                $"TLS failed: {distrust.Message}",
            RedisConnectionException when IsUnauthenticated(problem) => "it refuses the user name or the password.",
            RedisConnectionException or OperationCanceledException or ObjectDisposedException =>
                "the connection was lost or cannot be made.",
            _ => problem.Message,
        };

    /// <summary>Whether nothing ran because Redis does not know the script.</summary>
    public static bool IsUnknownScript(RedisServerException problem) => problem.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    // To the client a handshake of TLS that fails is an authentication that fails, too.
    private static bool IsUnauthenticated(Exception problem) => Causes(problem).OfType<RedisConnectionException>()
        .Any(static cause => cause is { FailureType: ConnectionFailureType.AuthenticationFailure, InnerException: not IOException });

    // A client that could not connect at its start keeps that beside what came later.
    private static IEnumerable<Exception> Causes(Exception problem) => problem switch
    {
        AggregateException several => several.InnerExceptions.SelectMany(Causes),
        { InnerException: { } cause } => Causes(cause).Prepend(problem),
        _ => [problem],
    };

    // Why the client has no connection; null where it has one again, or does not know either. All who ask at a time share one look.
    private Task<Exception?> ReasonAsync(ConnectionMultiplexer client)
    {
        lock (_sync)
            return _reason is { IsCompleted: false } running ? running : _reason = LookForReasonAsync(client);
    }

    private static async Task<Exception?> LookForReasonAsync(ConnectionMultiplexer client)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            while (Stopwatch.GetElapsedTime(began) < ReasonLimit)
            {
                try
                {
                    await client.GetDatabase().PingAsync().WaitAsync(ReasonLimit).ConfigureAwait(false);
                    return null;
                }
                catch (RedisConnectionException problem)
                {
                    if (problem.InnerException is not null)
                        return problem;
                }

                await Task.Delay(ReasonPause).ConfigureAwait(false);
            }
        }
        catch (Exception problem)
            when (problem
                    is RedisException
                        or RedisCommandException
                        or TimeoutException
                        or ObjectDisposedException
                        or OperationCanceledException
            )
        {
            // It is another client by now, or its connection is silent.
        }

        return null;
    }

    private void Replace(Task<ConnectionMultiplexer> failed)
    {
        lock (_sync)
        {
            if (_disposed || _client != failed)
                return;
            _client = ConnectAsync();
        }

        _ = CloseAsync(failed);
    }

    private Task<ConnectionMultiplexer> ConnectAsync() => Task.Run(() => ConnectionMultiplexer.ConnectAsync(_options));

    // A client that is stuck may also be stuck in closing; nobody waits for it but the one who ends the journal. Its good-bye to
    // Redis would block a thread of the pool until the answer has come through the pool.
    private static async Task CloseAsync(Task<ConnectionMultiplexer> connecting)
    {
        try
        {
            var client = await connecting.ConfigureAwait(false);
            await Task.Run(() => client.Close(allowCommandsToComplete: false)).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is RedisException or ObjectDisposedException or IOException)
        {
        }
    }
}
