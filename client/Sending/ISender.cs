namespace Timestone.Client.Sending;

/// <summary>Sends calls once each.</summary>
/// <typeparam name="TCall">A call, which can be sent any number of times.</typeparam>
/// <typeparam name="TAnswer">What a server says to it, a refusal too.</typeparam>
internal interface ISender<TCall, TAnswer> : IDisposable
    where TAnswer : class
{
    /// <summary>The servers.</summary>
    IReadOnlyList<Uri> Addresses { get; }

    /// <summary>One try, at the address of an index. Throws nothing but <see cref="OperationCanceledException"/>.</summary>
    ValueTask<Try<TAnswer>> TryAsync(int address, TCall call, CancellationToken cancellationToken);
}
