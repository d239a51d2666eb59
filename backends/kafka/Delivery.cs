using Confluent.Kafka;

namespace Timestone.Kafka;

/// <summary>Records that were handed to a producer together: ends when it has reported on all of them.</summary>
internal sealed class Delivery
{
    private readonly TaskCompletionSource<Undelivered?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Undelivered? _first;

    // One more than is on its way, until it is sealed.
    private int _left = 1;
    private long _reports;

    public Delivery() => OnReport = Report;

    /// <summary>What to call with each report.</summary>
    public Action<DeliveryReport<byte[], byte[]>> OnReport { get; }

    /// <summary>How much was reported yet.</summary>
    public long Reports => Interlocked.Read(ref _reports);

    /// <summary>What failed first, or null.</summary>
    public Undelivered? Failure => Volatile.Read(ref _first);

    /// <summary>One more record is on its way.</summary>
    public void Add() => Interlocked.Increment(ref _left);

    /// <summary>A record was not even taken by the producer.</summary>
    public void Refuse(Error error, int bytes)
    {
        Interlocked.CompareExchange(ref _first, new Undelivered(error, bytes, ByItself: true), null);
        Leave();
    }

    /// <summary>There are no more to come: ends with what failed first, null if nothing.</summary>
    public Task<Undelivered?> SealAsync()
    {
        Leave();
        return _end.Task;
    }

    private void Report(DeliveryReport<byte[], byte[]> report)
    {
        Interlocked.Increment(ref _reports);
        if (report.Error.IsError)
            Interlocked.CompareExchange(
                ref _first,
                new Undelivered(report.Error, (report.Message.Key?.Length ?? 0) + (report.Message.Value?.Length ?? 0), ByItself: false),
                null
            );
        Leave();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _left) == 0)
            _end.TrySetResult(_first);
    }
}

/// <summary>Why a record was not delivered.</summary>
/// <param name="Error">What went wrong.</param>
/// <param name="Bytes">The size of the record; less than that where reports do not carry records.</param>
/// <param name="ByItself">Whether it was judged alone; else it may have shared its batch with others.</param>
internal sealed record Undelivered(Error Error, int Bytes, bool ByItself);
