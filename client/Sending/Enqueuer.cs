using System.Text.Json.Serialization.Metadata;

namespace Timestone.Client.Sending;

/// <summary>Enqueues over whatever <see cref="ITimestone"/> there is.</summary>
internal sealed class Enqueuer<T>(ITimestone timestone, string queue, JsonTypeInfo<T> type) : IEnqueuer<T>
{
    public Task<MessageResult> EnqueueAsync(T payload, NewMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Payload != default)
            throw new ArgumentException("The message has a payload already.", nameof(message));

        // Not left to the client: one over Orleans gives none, and a caller who repeats a failed call needs to be told it.
        return timestone.EnqueueAsync(
            queue,
            message with { Id = message.Id ?? Guid.CreateVersion7().ToString("N"), Payload = Payload.FromValue(payload, type) },
            cancellationToken
        );
    }
}
