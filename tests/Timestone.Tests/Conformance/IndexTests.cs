using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Conformance;

/// <summary>What the themes stand on that read the index: each read says which write it must include.</summary>
public abstract class IndexTests(ConformanceSubject subject) : ConformanceTests(subject)
{
    public override ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Subject.WhyNoIndex is not null, Subject.WhyNoIndex ?? "");
        return base.InitializeAsync();
    }

    protected static IndexedWrite Write(MessageResult result) => new(Q, result.Id!, result.Version!.Value);

    protected static IndexedWrite Write(Message message) => new(Q, message.Id, message.Version);

    protected async Task<SearchPage> Search(IndexedWrite? after, MessageSearch? search = null) =>
        await Read(() => Service.SearchMessagesAsync((search ?? new MessageSearch()) with { After = after }));

    protected async Task<string[]> Found(IndexedWrite? after, MessageSearch? search = null) =>
        [.. (await Search(after, search)).Messages.Select(static message => message.Id)];

    protected async Task<IReadOnlyList<Transition>> History(string id, int after) =>
        (await Read(() => Service.GetHistoryAsync(Q, id, new HistoryRequest { After = after }))).Transitions;

    protected async Task<IReadOnlyList<IndexedQueueStats>> Figures(IndexedWrite after, string? queue = null) =>
        (await Read(() => Service.GetSearchStatsAsync(new StatsRequest { Queue = queue, After = after }))).Queues;

    // An index that was created a moment ago cannot be searched until it has started. The service says unavailable, and callers try again.
    private static Task<T> Read<T>(Func<Task<T>> read) => Eventually.SucceedAsync(() => Answer(read()));
}
