using System.Text.Json;

namespace Timestone.Client;

/// <summary>How a <see cref="TimestoneWorker"/> works.</summary>
public sealed record TimestoneWorkerOptions
{
    // Never changed in place: copies of the options share it.
    private IReadOnlyList<Func<MessageContext, Func<CancellationToken, Task>, CancellationToken, Task>> _middleware = [];

    /// <summary>How many messages are handled at once; 1 to <see cref="Limits.MaxBatch"/>.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>
    /// How many more are leased ahead and wait here, so that a handler need not wait for the network; 0 to
    /// <see cref="Limits.MaxBatch"/>. They are out of reach of other workers meanwhile, and in an exclusive queue so
    /// are their exclusivity values.
    /// </summary>
    public int Prefetch { get; set; }

    /// <summary>
    /// How long a lease lasts; null means what each message says, else the queue's setting. Leases are extended as long as a handler runs.
    /// </summary>
    public TimeSpan? Lease { get; set; }

    /// <summary>How long a dequeue waits at an empty queue; 100 ms to <see cref="Limits.MaxWait"/>.</summary>
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>What the messages' metadata must equal.</summary>
    public Metadata Filter { get; set; } = Metadata.Empty;

    /// <summary>
    /// The name under which leases are held, at most <see cref="Limits.MaxWorkerLength"/> characters; by default the machine's name and the
    /// process id.
    /// </summary>
    public string WorkerName { get; set; } = DefaultName();

    /// <summary>
    /// How long before its end a lease is no longer trusted; 0 to a day, of a lease shorter than four times this a quarter of it.
    /// </summary>
    public TimeSpan LeaseMargin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long running handlers may go on at shutdown before they are canceled; 0 to a day. Less than the host's own
    /// shutdown timeout (30 s by default), or the host leaves before their messages are given back.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How typed payloads are read; null means the web's defaults (camel case, case ignored) by reflection, which a trimmed program does
    /// not have. The <c>Options</c> of a source-generated context need none.
    /// </summary>
    public JsonSerializerOptions? Json { get; set; }

    /// <summary>
    /// Puts code around the handling of each message. The first that is added is the outermost: it begins first and ends last. What it
    /// throws counts as thrown by the handler; one that does not call the next keeps the message from the handler.
    /// </summary>
    /// <param name="middleware">
    /// Takes the message, the next step, which is called with the token that it should obey, and the token of its own.
    /// </param>
    public TimestoneWorkerOptions Use(Func<MessageContext, Func<CancellationToken, Task>, CancellationToken, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        _middleware = [.. _middleware, middleware];
        return this;
    }

    /// <summary>A handler with the middleware around it.</summary>
    internal Func<MessageContext, CancellationToken, Task> Around(Func<MessageContext, CancellationToken, Task> handle) =>
        _middleware
            .Reverse()
            .Aggregate(
                handle,
                static (next, middleware) =>
                    (context, cancellationToken) => middleware(context, token => next(context, token), cancellationToken)
            );

    internal TimestoneWorkerOptions Validated(string queue)
    {
        Validation.CheckQueueName(queue);
        Range(Concurrency, 1, Limits.MaxBatch, nameof(Concurrency));
        Range(Prefetch, 0, Limits.MaxBatch, nameof(Prefetch));
        Range(Wait, TimeSpan.FromMilliseconds(100), Limits.MaxWait, nameof(Wait));
        Range(LeaseMargin, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(LeaseMargin));
        Range(ShutdownTimeout, TimeSpan.Zero, TimeSpan.FromDays(1), nameof(ShutdownTimeout));
        if (Lease is { } lease)
            Range(lease, Limits.MinLease, Limits.MaxLease, nameof(Lease));
        ArgumentNullException.ThrowIfNull(WorkerName, nameof(WorkerName));
        Validation.Check(Request(1));
        return this with { };
    }

    internal DequeueRequest Request(int max) => new() { Max = max, Wait = Wait, Lease = Lease, Worker = WorkerName, Filter = Filter };

    private static void Range<T>(T value, T least, T most, string field)
        where T : IComparable<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, field);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, field);
    }

    private static string DefaultName()
    {
        var name = $"{Environment.MachineName}-{Environment.ProcessId}";
        return name.Length <= Limits.MaxWorkerLength ? name : name[^Limits.MaxWorkerLength..];
    }
}
