using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Resilience;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Resilience;

public sealed class BackgroundLoopTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1), Patience = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly Channel<DateTimeOffset> _turns = Channel.CreateUnbounded<DateTimeOffset>();
    private readonly List<Exception> _failures = [];

    [Fact]
    public async Task Turns_are_an_interval_apart()
    {
        var start = _time.GetUtcNow();
        await using var loop = Every(Turn);
        (await NextAsync()).ShouldBe(start);
        (await LaterAsync()).ShouldBeGreaterThanOrEqualTo(start + Interval);
    }

    [Fact]
    public async Task The_first_turn_waits_where_it_is_told_to()
    {
        var start = _time.GetUtcNow();
        await using var loop = BackgroundLoop.Every(Interval, Turn, _failures.Add, first: Interval, time: _time);
        (await LaterAsync()).ShouldBeGreaterThanOrEqualTo(start + Interval);
    }

    [Fact]
    public async Task A_turn_says_how_long_the_pause_after_it_is()
    {
        var left = 3;
        await using var loop = BackgroundLoop.Start(
            async stopping =>
            {
                await Turn(stopping);
                return --left > 0 ? TimeSpan.Zero : Interval;
            },
            Interval,
            _failures.Add,
            time: _time
        );
        for (var i = 0; i < 3; i++)
            (await NextAsync()).ShouldBe(_time.GetUtcNow());
        left.ShouldBe(0);
    }

    [Fact]
    public async Task Waking_cuts_the_pause_short()
    {
        await using var loop = Every(Turn);
        var start = await NextAsync();
        loop.Wake();
        (await NextAsync()).ShouldBe(start);
    }

    [Fact]
    public async Task Who_wakes_it_at_once_does_not_wait_for_the_first_turn()
    {
        var start = _time.GetUtcNow();
        await using var loop = BackgroundLoop.Every(Interval, Turn, _failures.Add, first: Interval, time: _time);
        loop.Wake();
        (await NextAsync()).ShouldBe(start);
    }

    [Fact]
    public async Task Who_wakes_it_during_a_turn_gets_another_one()
    {
        var mayEnd = new TaskCompletionSource();
        await using var loop = Every(async stopping =>
        {
            await Turn(stopping);
            await mayEnd.Task;
        });
        var start = await NextAsync();
        loop.Wake();
        mayEnd.SetResult();
        (await NextAsync()).ShouldBe(start);
    }

    [Fact]
    public async Task A_turn_that_fails_is_told_and_followed_by_another_one()
    {
        var problem = new InvalidOperationException("Injected.");
        await using var loop = Every(async stopping =>
        {
            await Turn(stopping);
            throw problem;
        });
        var start = await NextAsync();
        (await LaterAsync()).ShouldBeGreaterThanOrEqualTo(start + Interval);
        _failures[0].ShouldBe(problem);
    }

    [Fact]
    public async Task It_goes_on_and_stops_as_ever_where_a_failure_cannot_be_told()
    {
        var loop = BackgroundLoop.Every(
            Interval,
            async stopping =>
            {
                await Turn(stopping);
                throw new InvalidOperationException("Injected.");
            },
            static _ => throw new InvalidOperationException("Injected, too."),
            time: _time
        );
        await NextAsync();
        await LaterAsync();
        await loop.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task It_stops_when_the_turn_has_ended_that_it_cancels_and_that_is_no_failure()
    {
        var hasEnded = false;
        var loop = Every(async stopping =>
        {
            await Turn(stopping);
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Yield();
            hasEnded = true;
            stopping.ThrowIfCancellationRequested();
        });
        await NextAsync();
        await Task.WhenAll(loop.DisposeAsync().AsTask(), loop.DisposeAsync().AsTask()).WaitAsync(Patience);
        hasEnded.ShouldBeTrue();
        _failures.ShouldBeEmpty();
        await loop.DisposeAsync();
    }

    [Fact]
    public async Task It_stops_during_a_pause()
    {
        var loop = Every(Turn);
        await NextAsync();
        await loop.DisposeAsync().AsTask().WaitAsync(Patience);
        loop.Wake();
        _turns.Reader.TryRead(out _).ShouldBeFalse();
    }

    private BackgroundLoop Every(Func<CancellationToken, Task> turn) =>
        BackgroundLoop.Every(Interval, turn, _failures.Add, time: _time);

    private Task Turn(CancellationToken stopping)
    {
        _turns.Writer.TryWrite(_time.GetUtcNow());
        return Task.CompletedTask;
    }

    private async Task<DateTimeOffset> NextAsync() => await _turns.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    // The loop may not have begun to pause yet when time goes on.
    private async Task<DateTimeOffset> LaterAsync()
    {
        _turns.Reader.TryRead(out _).ShouldBeFalse();
        await Eventually.BeAsync(() =>
        {
            _time.Advance(Interval);
            return Task.FromResult(_turns.Reader.Count > 0);
        });
        return await NextAsync();
    }
}
