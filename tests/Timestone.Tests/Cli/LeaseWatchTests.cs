using Shouldly;
using Timestone.Cli;
using Timestone.Engine;
using Timestone.Journals.Memory;
using Xunit;

namespace Timestone.Tests.Cli;

/// <summary>When work that goes on until a queue is empty may take it for that.</summary>
public sealed class LeaseWatchTests : IAsyncDisposable
{
    private static readonly DequeueRequest Ask = new();

    private readonly LocalTimestone _service = new(
        new MemoryJournal(),
        new LocalTimestoneOptions { Defaults = new QueueSettings { Backoff = new Backoff { Kind = BackoffKind.None } } }
    );
    private readonly LeaseWatch _watch;
    private int _empty;
    private TimestoneException? _failure;

    public LeaseWatchTests() => _watch = new LeaseWatch(_service, () => _empty++, failure => _failure = failure);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task An_empty_answer_says_nothing_while_a_failure_has_not_been_told()
    {
        var message = await TakeAsync();
        await _watch.DequeueAsync("jobs", Ask);
        _empty.ShouldBe(0);
        await _watch.SettleAsync("jobs", [Settlement.Fail(message.Id, message.LeaseToken!)]);
        message = (await _watch.DequeueAsync("jobs", Ask)).Messages.Single();
        await _watch.SettleAsync("jobs", [Settlement.Complete(message.Id, message.LeaseToken!)]);
        await _watch.DequeueAsync("jobs", Ask);
        _empty.ShouldBe(1);
    }

    [Fact]
    public async Task What_a_request_settles_is_not_held_when_it_finds_nothing()
    {
        var message = await TakeAsync();
        await _watch.DequeueAsync("jobs", Ask with { Settle = [Settlement.Complete(message.Id, message.LeaseToken!)] });
        _empty.ShouldBe(1);
    }

    [Fact]
    public async Task A_lease_that_is_lost_is_not_held()
    {
        var message = await TakeAsync();
        await _service.CancelAsync("jobs", [new Cancellation { Id = message.Id }]);
        await _watch.ExtendAsync("jobs", [new LeaseExtension { Id = message.Id, LeaseToken = message.LeaseToken! }]);
        await _watch.DequeueAsync("jobs", Ask);
        _empty.ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_is_told()
    {
        var refusal = await Should.ThrowAsync<TimestoneException>(_watch.DequeueAsync("nowhere", Ask));
        _failure.ShouldBe(refusal);
    }

    private async Task<Message> TakeAsync()
    {
        await _service.EnqueueAsync("jobs", [new NewMessage { Id = "m" }]);
        return (await _watch.DequeueAsync("jobs", Ask)).Messages.Single();
    }
}
