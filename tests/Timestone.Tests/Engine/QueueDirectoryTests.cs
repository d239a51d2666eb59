using Shouldly;
using Timestone.Engine;
using Timestone.Journals.Memory;
using Xunit;

namespace Timestone.Tests.Engine;

/// <summary>What a journal throws that it should not: it concerns one queue, for as long as it is so.</summary>
public sealed class QueueDirectoryTests
{
    [Fact]
    public async Task A_queue_whose_opening_throws_anything_is_unavailable_until_it_can_be_opened()
    {
        var journal = new StrangeJournal();
        await using var service = new LocalTimestone(journal);
        await service.EnqueueAsync("other", new NewMessage { Id = "a" });
        journal.Opening = () => throw new InvalidCastException("(internal)");
        for (var i = 0; i < 2; i++)
        {
            var problem = await Should.ThrowAsync<TimestoneException>(() => service.EnqueueAsync("strange", new NewMessage { Id = "a" }));
            problem.Code.ShouldBe(ErrorCode.Unavailable);
            problem.Message.ShouldBe("Queue 'strange' cannot be opened: what the journal holds of it cannot be read.");
        }

        (await service.GetDepthAsync("other")).ShouldBe(1);
        journal.Opening = null;
        await service.EnqueueAsync("strange", new NewMessage { Id = "a" });
    }

    [Fact]
    public async Task A_service_closes_although_a_queue_of_it_could_not_be_opened_and_another_not_be_closed()
    {
        var journal = new StrangeJournal();
        var service = new LocalTimestone(journal);
        await service.EnqueueAsync("a", new NewMessage { Id = "a" });
        await service.EnqueueAsync("b", new NewMessage { Id = "a" });
        journal.Opening = () => throw new FormatException();
        await Should.ThrowAsync<TimestoneException>(() => service.GetQueueAsync("c"));
        journal.Closing = () => throw new InvalidOperationException();
        await service.DisposeAsync();
        journal.Closed.ShouldBe(["a", "b"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_start_opens_the_other_queues_and_goes_on_trying()
    {
        var journal = new StrangeJournal();
        await using (var service = new LocalTimestone(journal))
        {
            foreach (var queue in (string[])["a", "b"])
                await service.EnqueueAsync(queue, new NewMessage { Id = "a" });
        }

        journal.Opening = () => throw new InvalidCastException();
        await using var again = new LocalTimestone(journal);
        await again.StartAsync();
        again.Reopening.ShouldBe(["a", "b"]);
        journal.Opening = null;
        (await again.GetDepthAsync("a")).ShouldBe(1);
    }

    /// <summary>A journal in memory that throws what it is told to.</summary>
    private sealed class StrangeJournal : IJournal
    {
        private readonly MemoryJournal _journal = new();

        public volatile Action? Opening;

        public Action? Closing { get; set; }

        public List<string> Closed { get; } = [];

        public ValueTask<IReadOnlyList<string>> ListQueuesAsync(CancellationToken cancellationToken = default) =>
            _journal.ListQueuesAsync(cancellationToken);

        public async ValueTask<IQueueJournal?> OpenAsync(
            string queue,
            QueueRow? create = null,
            CancellationToken cancellationToken = default
        )
        {
            Opening?.Invoke();
            return await _journal.OpenAsync(queue, create, cancellationToken) is { } opened ? new Opened(this, opened) : null;
        }

        public ValueTask DisposeAsync() => _journal.DisposeAsync();

        private sealed class Opened(StrangeJournal owner, IQueueJournal inner) : ForwardingQueueJournal(inner), IAsyncDisposable
        {
            async ValueTask IAsyncDisposable.DisposeAsync()
            {
                lock (owner.Closed)
                    owner.Closed.Add(Queue.Name);
                owner.Closing?.Invoke();
                await DisposeAsync();
            }
        }
    }
}
