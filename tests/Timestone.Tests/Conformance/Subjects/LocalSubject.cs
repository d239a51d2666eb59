using Microsoft.Extensions.Logging.Abstractions;
using Timestone.Engine;
using Timestone.Events;
using Timestone.Indexing.Memory;

namespace Timestone.Tests.Conformance.Subjects;

/// <summary>The service in this process, on some journal.</summary>
public abstract class LocalSubject : ConformanceSubject
{
    private LocalTimestone? _service;
    private IJournal? _journal;
    private IAsyncDisposable? _feed;
    private LocalTimestoneOptions _options = new();

    public override ITimestone Service => _service!;

    public override async Task StartAsync(QueueSettings? defaults)
    {
        _options = new LocalTimestoneOptions { AutoCreate = defaults is not null, Defaults = defaults ?? new QueueSettings() };
        await OpenAsync();
    }

    public override async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the journal, with what was committed to it before.</summary>
    protected abstract Task<IJournal> OpenJournalAsync();

    /// <summary>Makes what searches are answered from, and what feeds it from the journal's outbox.</summary>
    protected virtual (IIndex Index, IAsyncDisposable Feed) OpenIndex(IOutbox outbox)
    {
        var feed = MemoryIndexFeed.Start(outbox, NullLogger<OutboxPump>.Instance, Clock);
        return (feed.Index, feed);
    }

    private async Task OpenAsync()
    {
        _journal = await OpenJournalAsync();
        IIndex? index = null;
        if (_journal.Outbox is { } outbox)
            (index, _feed) = OpenIndex(outbox);
        _service = new LocalTimestone(_journal, _options, Clock, index: index);
        await _service.StartAsync();
    }

    private async Task CloseAsync()
    {
        if (_service is not null)
            await _service.DisposeAsync();
        if (_feed is not null)
            await _feed.DisposeAsync();
        if (_journal is not null)
            await _journal.DisposeAsync();
    }
}
