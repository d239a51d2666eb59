using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Cli;

/// <summary>What a person sees on a terminal of 80 columns.</summary>
public sealed partial class NarrowTerminalTests : IAsyncDisposable
{
    private const string LongId = "0198f3c2-7d1e-7cc3-9d6f-6a2e8f0b1c2d-of-a-customer";
    private const string Queue = "notifications-of-customers";

    private readonly CliBench _cli = new() { OutWidth = 80 };

    public ValueTask DisposeAsync() => _cli.DisposeAsync();

    [Theory]
    [InlineData("search --after {write}", LongId)]
    [InlineData($"peek {Queue} --state errored", LongId)]
    [InlineData($"history {Queue} {LongId} --after 3", "dequeue")]
    [InlineData("queue list", Queue)]
    [InlineData("top --once", Queue)]
    public async Task Tables_fit_ids_are_whole_and_what_is_left_out_is_said(string line, string whole)
    {
        var result = await EnqueueAsync(LongId);

        var outcome = await _cli.RunAsync([.. line.Replace("{write}", result, StringComparison.Ordinal).Split(' ')]);

        outcome.Code.ShouldBe(0, outcome.Error);
        var lines = Decoration().Replace(outcome.Out, "").Split('\n');
        lines.ShouldAllBe(text => text.TrimEnd().Length <= 80, outcome.Out);
        outcome.Out.ShouldContain(whole);
        outcome.Out.ShouldContain("--json has everything");
    }

    [Fact]
    public async Task An_id_longer_than_a_line_is_whole()
    {
        var id = new string('x', 120);
        var result = await EnqueueAsync(id);

        (await _cli.RunAsync("search", "--after", result)).Out.ShouldContain(id);
    }

    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex Decoration();

    // Enqueued, and failed for good.
    private async Task<string> EnqueueAsync(string id)
    {
        await _cli.Service.EnqueueAsync(Queue, new NewMessage { Id = id, Metadata = Metadata.Of("customer", new string('c', 40)) });
        var token = (await _cli.Service.DequeueAsync(Queue, new DequeueRequest { Worker = "worker-of-some-machine" }))
            .Messages[0]
            .LeaseToken!;
        var failed = await _cli.Service.FailAsync(Queue, id, token, "the connection was refused by the other side, again", permanent: true);
        return $"{Queue}/{id}/{failed.Version}";
    }
}
