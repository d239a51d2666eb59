using Shouldly;
using Timestone.Cli;
using Xunit;

namespace Timestone.Tests.Cli;

public sealed class VerifyIndexCommandTests
{
    [Fact]
    public async Task An_index_that_holds_what_the_queues_hold_is_found_so()
    {
        await using var cli = new CliBench();
        await Fill(cli);
        var outcome = await cli.RunAsync("verify-index");
        outcome.ShouldBe(new CliOutcome(0, "5 messages of 2 queues compared, no differences\n", ""));
        (await cli.RunAsync("verify-index", "jobs")).Out.ShouldBe("3 messages of 1 queues compared, no differences\n");
    }

    [Fact]
    public async Task Every_difference_is_told()
    {
        await using var cli = new CliBench
        {
            Between = static service => new SkewedIndex(
                service,
                static message =>
                    message.Id switch
                    {
                        "b" => null,
                        "c" => message with
                        {
                            State = MessageState.Completed,
                            Attempt = 7,
                            Metadata = Metadata.Of("k", "w"),
                            Worker = "nobody",
                            Error = "none at all",
                        },
                        _ => message,
                    }
            ),
        };
        await Fill(cli);
        var outcome = await cli.RunAsync("verify-index", "--wait", "0");
        outcome.Code.ShouldBe(1);
        outcome
            .Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe([
                "jobs/b message: pending (version 1) in the queue, none in the index",
                "jobs/c state: pending in the queue, completed in the index",
                "jobs/c metadata: k:v in the queue, k:w in the index",
                "jobs/c attempt: 0 in the queue, 7 in the index",
                "jobs/c worker: none in the queue, nobody in the index",
                "jobs/c error: none in the queue, none at all in the index",
                "5 messages of 2 queues compared, 6 differences",
                "`timestone verify-index --repair` puts right what differs in Elasticsearch, and `timestone reindex` builds its messages anew; an index in memory is built anew at each start.",
            ]);
        var json = (await cli.RunAsync("verify-index", "jobs", "--wait", "0", "--json")).Document();
        json.GetProperty("differences")[0].GetProperty("field").GetString().ShouldBe("message");
    }

    [Fact]
    public async Task An_index_that_has_lost_something_is_told_with_the_command_that_repairs_it()
    {
        await using var cli = new CliBench { Between = static service => new LossyIndex(service) };
        await Fill(cli);
        var outcome = await cli.RunAsync("verify-index", "jobs");
        outcome.Code.ShouldBe(0);
        outcome.Out.ShouldStartWith(
            "the index says that it is incomplete: it has lost messages or history\n3 messages of 1 queues compared, no differences\n`timestone verify-index --repair`"
        );
    }

    [Fact]
    public async Task A_message_that_only_the_index_has_is_told()
    {
        await using var cli = new CliBench { Between = static service => new SkewedIndex(service, static message => message, "ghost") };
        await Fill(cli);
        var outcome = await cli.RunAsync("verify-index", "jobs", "--wait", "0");
        outcome.Code.ShouldBe(1);
        outcome.Out.ShouldContain("jobs/ghost message: none in the queue, pending (version 1) in the index");
    }

    [Fact]
    public async Task What_changes_meanwhile_is_no_difference()
    {
        await using var cli = new CliBench { Between = static service => new BusyQueue(service) };
        await Fill(cli);
        var outcome = await cli.RunAsync("verify-index");
        outcome.Code.ShouldBe(0, outcome.ToString());
    }

    private static async Task Fill(CliBench cli)
    {
        await cli.Service.EnqueueAsync("mails", [new NewMessage { Id = "x" }, new NewMessage { Id = "y" }]);
        await cli.Service.EnqueueAsync(
            "jobs",
            [new NewMessage { Id = "a" }, new NewMessage { Id = "b" }, new NewMessage { Id = "c", Metadata = Metadata.Of("k", "v") }]
        );
        await cli.Service.SearchMessagesAsync(new MessageSearch { After = new IndexedWrite("mails", "y", 1) });
        await cli.Service.SearchMessagesAsync(new MessageSearch { After = new IndexedWrite("jobs", "c", 1) });
    }

    /// <summary>An index that holds something else than it was given.</summary>
    private sealed class SkewedIndex(ITimestone inner, Func<IndexedMessage, IndexedMessage?> skew, string? ghost = null)
        : ForwardingTimestone(inner)
    {
        public override async Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default)
        {
            // The ghost's removal never comes.
            if (ghost is not null && search.After?.Id == ghost)
                throw new TimestoneException(ErrorCode.Unavailable, "Not yet.", "after");
            var page = await base.SearchMessagesAsync(search, cancellationToken);
            var messages = page.Messages.Select(skew).OfType<IndexedMessage>();
            return page with
            {
                Messages = [.. messages, .. page.Messages.Take(ghost is null ? 0 : 1).Select(message => message with { Id = ghost! })],
            };
        }
    }

    /// <summary>An index that knows of a loss.</summary>
    private sealed class LossyIndex(ITimestone inner) : ForwardingTimestone(inner)
    {
        public override async Task<SearchStats> GetSearchStatsAsync(
            StatsRequest? request = null,
            CancellationToken cancellationToken = default
        )
        {
            var stats = await base.GetSearchStatsAsync(request, cancellationToken);
            return stats with { Freshness = stats.Freshness with { Incomplete = true } };
        }
    }

    /// <summary>A queue in which between any two looks at it everything that can happen does.</summary>
    private sealed class BusyQueue(ITimestone inner) : ForwardingTimestone(inner)
    {
        private int _calls;

        public override async Task<SearchPage> SearchMessagesAsync(MessageSearch search, CancellationToken cancellationToken = default)
        {
            if (_calls++ < 5)
            {
                await CancelAsync("jobs", [new Cancellation { Id = "a" }], cancellationToken);
                await RedriveAsync("jobs", "a", cancellationToken);
                await EnqueueAsync("jobs", [new NewMessage { Id = $"new-{_calls}" }], cancellationToken);
                await CancelAsync("mails", [new Cancellation { Id = "x" }], cancellationToken);
                await PurgeAsync("mails", PurgeScope.Canceled, cancellationToken);
                await EnqueueAsync("mails", [new NewMessage { Id = "x" }], cancellationToken);
            }

            return await base.SearchMessagesAsync(search, cancellationToken);
        }
    }
}
