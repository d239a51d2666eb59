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
    public async Task No_pause_is_longer_than_five_seconds()
    {
        var (before, longest, attempts) = (_time.GetUtcNow(), TimeSpan.Zero, 0);
        var run = RunAsync(() =>
        {
            var now = _time.GetUtcNow();
            (before, longest) = (now, now - before > longest ? now - before : longest);
            return ++attempts < 50 ? throw new IOException("Injected.") : attempts;
        });
        await PassAsync(run, TimeSpan.FromMilliseconds(100));
        longest.ShouldBeGreaterThan(TimeSpan.FromSeconds(1));
        longest.ShouldBeLessThanOrEqualTo(LongestPause + TimeSpan.FromMilliseconds(100));
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

    private Task PassAsync(Task run, TimeSpan? step = null) => Eventually.BeAsync(() =>
    {
        _time.Advance(step ?? LongestPause);
        return Task.FromResult(run.IsCompleted);
    });
}
