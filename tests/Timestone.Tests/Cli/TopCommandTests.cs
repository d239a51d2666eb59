using Shouldly;
using Timestone.Cli;
using Xunit;

namespace Timestone.Tests.Cli;

public sealed class TopCommandTests : IAsyncDisposable
{
    private readonly CliBench _cli = new();

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Fact]
    public async Task Once_shows_every_queue_in_a_table()
    {
        await _cli.Service.EnqueueAsync("a", new NewMessage());
        await _cli.LeaseAsync("b", "m1");

        var outcome = await _cli.RunAsync("top", "--once");

        outcome.Code.ShouldBe(0);
        var rows = outcome
            .Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToList();
        rows[0].ShouldBe(["QUEUE", "PENDING", "INVISIBLE", "RUNNING", "ERRORED", "IN/S", "OUT/S", "DONE/S", "FAIL/S", "OLDEST", "LATE"]);
        rows[1][..4].ShouldBe(["a", "1", "0", "0"]);
        rows[2][..4].ShouldBe(["b", "0", "0", "1"]);
        outcome.Out.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task Once_in_JSON_is_one_document_of_the_queues_that_are_named()
    {
        await _cli.Service.EnqueueAsync("a", new NewMessage());
        await _cli.Service.EnqueueAsync("b", new NewMessage());

        var queues = (await _cli.AskAsync("top", "b", "--once")).GetProperty("queues").EnumerateArray();

        queues.Select(queue => queue.GetProperty("queue").GetString()).ShouldBe(["b"]);
    }

    [Fact]
    public async Task Without_a_terminal_tables_follow_one_another_until_interrupted()
    {
        using var stop = new CancellationTokenSource();
        await using var cli = new CliBench { Stop = stop.Token, Between = service => new FrameCount(service, stop, frames: 3) };
        await cli.Service.EnqueueAsync("a", new NewMessage());

        var outcome = await cli.RunAsync("top", "--interval", "1ms", "--json");

        outcome.Code.ShouldBe(130);
        outcome.Lines().Count.ShouldBe(2);
    }

    /// <summary>Interrupts at a frame.</summary>
    private sealed class FrameCount(ITimestone inner, CancellationTokenSource stop, int frames) : ForwardingTimestone(inner)
    {
        private int _frames;

        public override Task<QueueStats> GetStatsAsync(string queue, CancellationToken cancellationToken = default)
        {
            if (++_frames == frames)
                stop.Cancel();
            cancellationToken.ThrowIfCancellationRequested();
            return base.GetStatsAsync(queue, cancellationToken);
        }
    }
}
