using Timestone.Engine;

namespace Timestone.Tests.Indexing;

/// <summary>An outbox of which only what it committed last is told.</summary>
internal sealed class StillOutbox : IOutbox
{
    public bool IsPartial { get; set; }

    public long? Newest { get; set; }

    public OutboxBacklog Backlog => default;

    public IOutboxReader OpenReader(string name, OutboxStart start) => throw new NotSupportedException();
}
