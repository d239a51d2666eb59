using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Resilience;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Resilience;

public sealed class EndlessRetryTests : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<EndlessRetryTests> _log = new();
    private readonly CancellationTokenSource _stopping = new();

    [Fact]
    public async Task It_tries_until_it_succeeds_and_says_so_once()
    {
        var attempts = 0;
        var run = RunAsync(() => ++attempts < 20 ? throw new IOException($"Injected {attempts}.") : attempts);
        await PassAsync(run);
        (await run).ShouldBe(20);
        Texts.Count.ShouldBe(2);
        Texts[0].ShouldBe("The test stalls: could not try; it is tried again until it succeeds. Queues go on meanwhile. Injected 1.");
        Texts[1].ShouldStartWith("The test goes on: could try after 19 failures in ");
    }

    [Fact]
    public async Task Pauses_grow_to_five_seconds_and_each_differs_from_the_others()
    {
        var step = TimeSpan.FromMilliseconds(10);
        var (before, pauses) = (_time.GetUtcNow(), new List<TimeSpan>());
        var run = RunAsync(() =>
        {
            pauses.Add(_time.GetUtcNow() - before);
            before = _time.GetUtcNow();
            return pauses.Count < 30 ? throw new IOException("Injected.") : pauses.Count;
        });
        while (!run.IsCompleted)
        {
            _time.Advance(step);
            await Task.Yield();
        }

        for (var i = 1; i < pauses.Count; i++)
        {
            var longest = TimeSpan.FromMilliseconds(100) * Math.Pow(2, i - 1);
            longest = longest < LongestPause ? longest : LongestPause;
            pauses[i].ShouldBeGreaterThanOrEqualTo(longest / 2);
        }

        pauses[10..].Distinct().Count().ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task What_was_stopped_before_is_tried_once()
    {
        await _stopping.CancelAsync();
        (await RunAsync(static () => 7)).ShouldBe(7);
        await Should.ThrowAsync<OperationCanceledException>(RunAsync(static () => throw new IOException("Injected.")));
    }

    [Fact]
    public async Task What_was_told_already_is_not_told_again()
    {
        var attempts = 0;
        var run = RunAsync(() => ++attempts < 3 ? throw new ToldException(new IOException("Injected.")) : attempts);
        await PassAsync(run);
        Texts.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_does_not_pass_is_the_callers()
    {
        await Should.ThrowAsync<InvalidDataException>(RunAsync(static () => throw new InvalidDataException("Injected.")));
        Texts.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_stops_during_a_pause()
    {
        var run = RunAsync(static () => throw new IOException("Injected."));
        run.IsCompleted.ShouldBeFalse();
        await _stopping.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(run.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task An_attempt_that_fails_while_it_stops_counts_as_stopped()
    {
        var run = RunAsync(() =>
        {
            _stopping.Cancel();
            throw new IOException("Injected.");
        });
        await Should.ThrowAsync<OperationCanceledException>(run.WaitAsync(TimeSpan.FromMinutes(1)));
        Texts.ShouldBeEmpty();
    }

    public void Dispose() => _stopping.Dispose();

    private List<string> Texts => [.. _log.Lines.Select(static line => line.Text)];

    private Task<int> RunAsync(Func<int> attempt) =>
        new EndlessRetry("The test", _log, _time).RunAsync("try", _ => new ValueTask<int>(attempt()), _stopping.Token);

    private Task PassAsync(Task run) => Eventually.BeAsync(() =>
    {
        _time.Advance(LongestPause);
        return Task.FromResult(run.IsCompleted);
    });
}
