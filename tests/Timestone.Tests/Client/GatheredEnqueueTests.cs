using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Client;
using Timestone.Json;
using Timestone.Tests.Client.Support;
using Xunit;

namespace Timestone.Tests.Client;

public sealed class GatheredEnqueueTests : IDisposable
{
    // How many requests of a queue are under way before callers share the next.
    private const int MostAtOnce = 4;

    private readonly FakeTimeProvider _clock = new();
    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>();
    private readonly TimestoneClient _client;

    public GatheredEnqueueTests() => _client = Client(gather: true);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Calls_go_at_once_as_long_as_few_are_under_way()
    {
        var first = EnqueueAsync("first");
        (await NextAsync()).Ids.ShouldBe(["first"]);
        var second = EnqueueAsync("second");
        (await NextAsync()).Answer();
        (await second).ShouldBe("second");
        first.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task What_comes_while_requests_are_under_way_goes_together_and_each_caller_gets_its_own_results()
    {
        var (first, _) = await FillAsync();
        var (one, two) = (EnqueueAsync("c", "d"), EnqueueAsync("e"));
        _requests.Reader.Count.ShouldBe(0);

        first.Answer();
        var together = await NextAsync();
        together.Ids.ShouldBe(["c", "d", "e"]);
        together.Answer();
        (await one).ShouldBe("c d");
        (await two).ShouldBe("e");
    }

    [Fact]
    public async Task Queues_do_not_wait_for_each_other()
    {
        await FillAsync();
        var other = _client.EnqueueAsync("other", [new NewMessage { Id = "x" }]);
        var request = await NextAsync();
        request.Queue.ShouldBe("other");
        request.Answer();
        (await other).Single().Id.ShouldBe("x");
    }

    [Fact]
    public async Task A_failure_reaches_all_who_shared_the_request_and_no_one_else()
    {
        var (first, second) = await FillAsync();
        var (one, two) = (EnqueueAsync("c"), EnqueueAsync("d"));
        first.Fail(ErrorCode.Unavailable);
        (await NextAsync()).Fail(ErrorCode.Unavailable);
        (await Should.ThrowAsync<TimestoneException>(one)).Code.ShouldBe(ErrorCode.Unavailable);
        (await Should.ThrowAsync<TimestoneException>(two)).Code.ShouldBe(ErrorCode.Unavailable);

        var later = EnqueueAsync("e");
        second.Answer();
        (await NextAsync()).Answer();
        (await later).ShouldBe("e");
    }

    [Theory]
    [InlineData(ErrorCode.InvalidArgument)]
    [InlineData(ErrorCode.PayloadTooLarge)]
    public async Task What_can_be_one_callers_fault_is_found_out_by_sending_each_apart(ErrorCode code)
    {
        var (first, _) = await FillAsync();
        var (bad, good) = (EnqueueAsync("bad"), EnqueueAsync("good"));
        first.Answer();
        (await NextAsync()).Fail(code);

        var apart = await NextAsync();
        apart.Ids.ShouldBe(["bad"]);
        apart.Fail(code);
        (await NextAsync()).Answer();
        (await Should.ThrowAsync<TimestoneException>(bad)).Code.ShouldBe(code);
        (await good).ShouldBe("good");
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_it_waits_is_not_sent_and_holds_up_nobody()
    {
        var (first, _) = await FillAsync();
        using var giveUp = new CancellationTokenSource();
        var given = EnqueueAsync(giveUp.Token, "c");
        var other = EnqueueAsync("d");
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(given);

        first.Answer();
        var request = await NextAsync();
        request.Ids.ShouldBe(["d"]);
        request.Answer();
        (await other).ShouldBe("d");
    }

    [Fact]
    public async Task A_caller_that_gives_up_while_its_request_is_under_way_leaves_the_others_theirs()
    {
        var (first, _) = await FillAsync();
        using var giveUp = new CancellationTokenSource();
        var given = EnqueueAsync(giveUp.Token, "c");
        var other = EnqueueAsync("d");
        first.Answer();
        var request = await NextAsync();
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(given);

        request.Token.IsCancellationRequested.ShouldBeFalse();
        request.Answer();
        (await other).ShouldBe("d");
    }

    [Fact]
    public async Task Nobody_waits_long_for_a_request_that_is_not_answered()
    {
        await FillAsync();
        var waiting = EnqueueAsync("c");
        _clock.Advance(TimeSpan.FromMilliseconds(99));
        _requests.Reader.Count.ShouldBe(0);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        (await NextAsync()).Answer();
        (await waiting).ShouldBe("c");
    }

    [Fact]
    public async Task A_shared_request_holds_no_more_than_a_batch_may()
    {
        var (first, second) = await FillAsync();
        var ids = Enumerable.Range(0, Limits.MaxBatch - 1).Select(static i => $"m{i}").ToArray();
        var (one, two, three) = (EnqueueAsync(ids), EnqueueAsync("c"), EnqueueAsync("d"));
        first.Answer();
        (await NextAsync()).Ids.Length.ShouldBe(Limits.MaxBatch);
        second.Answer();
        (await NextAsync()).Ids.ShouldBe(["d"]);
        (one.IsCompleted || two.IsCompleted || three.IsCompleted).ShouldBeFalse();
    }

    [Fact]
    public async Task Large_payloads_are_neither_gathered_nor_held_up()
    {
        var (first, second) = await FillAsync();
        var large = Payload.FromText($"\"{new string('x', 300_000)}\"");
        _ = _client.EnqueueAsync("q", [new NewMessage { Id = "large", Payload = large }]);
        (await NextAsync()).Ids.ShouldBe(["large"]);

        // Three of these are more than a shared request holds.
        var middling = Payload.FromText($"\"{new string('x', 100_000)}\"");
        foreach (var id in new[] { "c", "d", "e" })
            _ = _client.EnqueueAsync("q", [new NewMessage { Id = id, Payload = middling }]);
        first.Answer();
        (await NextAsync()).Ids.ShouldBe(["c", "d"]);
        second.Answer();
        (await NextAsync()).Ids.ShouldBe(["e"]);
    }

    [Fact]
    public async Task An_answer_that_does_not_answer_each_message_answers_nobody()
    {
        var (first, _) = await FillAsync();
        var (one, two) = (EnqueueAsync("c"), EnqueueAsync("d"));
        first.Answer();
        (await NextAsync()).Answer("c");
        (await Should.ThrowAsync<TimestoneException>(one)).Message.ShouldContain("does not answer each item");
        (await Should.ThrowAsync<TimestoneException>(two)).Code.ShouldBe(ErrorCode.Unavailable);
    }

    [Fact]
    public async Task Nobody_shares_a_request_where_that_is_turned_off()
    {
        using var client = Client(gather: false);
        for (var i = 0; i <= MostAtOnce; i++)
            _ = client.EnqueueAsync("q", [new NewMessage { Id = $"m{i}" }]);
        for (var i = 0; i <= MostAtOnce; i++)
            (await NextAsync()).Ids.Length.ShouldBe(1);
    }

    // As many requests under way as there are side by side; two of them.
    private async Task<(Request First, Request Second)> FillAsync()
    {
        var requests = new Request[MostAtOnce];
        for (var i = 0; i < requests.Length; i++)
        {
            _ = EnqueueAsync($"before-{i}");
            requests[i] = await NextAsync();
        }

        return (requests[0], requests[1]);
    }

    private Task<string> EnqueueAsync(params string[] ids) => EnqueueAsync(default, ids);

    private async Task<string> EnqueueAsync(CancellationToken cancellationToken, params string[] ids)
    {
        var messages = Array.ConvertAll(ids, static id => new NewMessage { Id = id });
        return string.Join(' ', (await _client.EnqueueAsync("q", messages, cancellationToken)).Select(static result => result.Id));
    }

    private Task<Request> NextAsync() => _requests.Reader.ReadAsync().AsTask().Guarded("a request");

    private TimestoneClient Client(bool gather)
    {
        var options = new TimestoneClientOptions { RetryFor = TimeSpan.Zero, GatherEnqueues = gather };
        return new TimestoneClient(options, new Handler(_requests.Writer), _clock);
    }

    private sealed class Handler(ChannelWriter<Request> requests) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
        {
            var body = await message.Content!.ReadFromJsonAsync(TimestoneJson.Default.MessageList, cancellationToken);
            var request = new Request(
                message.RequestUri!.Segments[^2].TrimEnd('/'),
                [.. body!.Messages.Select(static each => each.Id!)],
                cancellationToken
            );
            requests.TryWrite(request).ShouldBeTrue();
            return await request.Answered.Task;
        }
    }

    private sealed record Request(string Queue, string[] Ids, CancellationToken Token)
    {
        public TaskCompletionSource<HttpResponseMessage> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Answer() => Answer(Ids);

        public void Answer(params string[] ids) =>
            Put(HttpStatusCode.OK, new { results = ids.Select(static id => new { id, state = "pending", version = 1 }) });

        public void Fail(ErrorCode code) =>
            Put(
                code == ErrorCode.Unavailable ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.BadRequest,
                new { code = JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString()), detail = "It failed." }
            );

        private void Put<T>(HttpStatusCode status, T body) => Answered.SetResult(new(status) { Content = JsonContent.Create(body) });
    }
}
