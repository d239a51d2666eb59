using System.Globalization;
using System.Text.RegularExpressions;
using Shouldly;
using Timestone.Hosting;
using Timestone.Tests.Cli;
using Timestone.Tests.Client.Support;
using Timestone.Tests.Support;
using Timestone.Tests.Tidy;
using Xunit;

namespace Timestone.Tests.Docs;

/// <summary>
/// That samples/invoices does what its page says: the program runs as a process, over REST and gRPC, and then its queues are looked at.
/// </summary>
[Slow]
public sealed partial class InvoicesTests : IAsyncLifetime
{
    private const string Invoices = "invoices";
    private const string Mails = "mails";

    // However long a run takes, tomorrow's deadlines are met.
    private static readonly DateOnly Tomorrow = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(1);

    private readonly TemporaryDirectory _data = new();
    private TimestoneServer? _server;

    private ITimestone Timestone => _server!.Timestone;

    public async ValueTask InitializeAsync() => _server = await TimestoneServer.StartAsync(new TimestoneServerOptions
    {
        Urls = "http://127.0.0.1:0",
        GrpcUrls = "http://127.0.0.1:0",
        Data = _data.Path,
    });

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _data.Dispose();
    }

    [Theory]
    [InlineData("http")]
    [InlineData("grpc")]
    public async Task Invoices_are_rendered_and_mailed_as_the_page_says(string scheme)
    {
        var outcome = await RunAsync(scheme, Tomorrow);

        // Which lines there are does not depend on who is faster; their order does.
        Sorted(outcome.Out).ShouldBe(Sorted(Shown()[0].Replace("20261201", IdOf(Tomorrow), StringComparison.Ordinal)));
        await CheckResultsAsync();
        await CheckRetriesAsync();
        await CheckOrderAsync();
        await CheckDeadlinesAsync(areMissed: false);
    }

    [Fact]
    public async Task A_second_run_and_a_second_rendering_send_no_second_mail()
    {
        await RunAsync("http", Tomorrow);
        var mails = await MessagesAsync(Mails);
        Sorted((await RunAsync("http", Tomorrow)).Out)
            .ShouldBe(Sorted(Shown()[1].Replace("20261201", IdOf(Tomorrow), StringComparison.Ordinal)));
        (await MessagesAsync(Mails)).ShouldBe(mails);

        // As if a rendering had enqueued its mail, and had not come to its end.
        await Timestone.PurgeAsync(Invoices, PurgeScope.Completed);
        (await RunAsync("http", Tomorrow)).Out.ShouldContain("12 invoices, 1 of them known already");
        (await MessagesAsync(Invoices)).Count.ShouldBe(12);
        (await MessagesAsync(Mails)).ShouldBe(mails);
    }

    [Fact]
    public async Task A_missed_deadline_is_said()
    {
        var outcome = await RunAsync("grpc", new DateOnly(2020, 1, 1));
        outcome.Out.Split('\n').Count(static line => line.EndsWith(", late", StringComparison.Ordinal)).ShouldBe(2);
        outcome.Out.ShouldContain(" 2 of them late.");
        await CheckDeadlinesAsync(areMissed: true);
    }

    [Fact]
    public void Two_at_work_at_a_time_are_found()
    {
        Span[] spans = [SpanOf("a", 1, 3), SpanOf("a", 3, 5), SpanOf("b", 2, 4)];
        Overlapping(spans).ShouldBeEmpty();
        Overlapping([.. spans, SpanOf("b", 3, 6)]).ShouldBe([(SpanOf("b", 2, 4), SpanOf("b", 3, 6))]);

        static Span SpanOf(string customer, int from, int to) =>
            new(customer, "", DateTimeOffset.UnixEpoch.AddSeconds(from), DateTimeOffset.UnixEpoch.AddSeconds(to), 0);
    }

    private async Task CheckResultsAsync()
    {
        var invoices = await MessagesAsync(Invoices);
        var mails = await MessagesAsync(Mails);
        var bad = invoices.Single(static invoice => invoice.State != MessageState.Completed);
        (bad.State, bad.Error, bad.Attempt).ShouldBe((MessageState.Errored, "The invoice has no lines.", 1));
        mails.Select(static mail => mail.Id).ShouldBe(invoices.Select(static invoice => invoice.Id).Except([bad.Id]), ignoreOrder: true);
        mails.ShouldAllBe(static mail => mail.State == MessageState.Completed);
        mails.ShouldAllBe(static mail => mail.Result.ToString().Contains("\"isLate\":false", StringComparison.Ordinal));
        invoices.Single(static invoice => invoice.Id.EndsWith("-01", StringComparison.Ordinal))
            .Result.ShouldBe(Payload.FromJson("""{"pages":3,"total":3250}"""));
    }

    private async Task CheckRetriesAsync()
    {
        var broken = (await MessagesAsync(Invoices)).Where(static invoice => invoice.Attempt > 1).ToList();
        broken.Select(static invoice => invoice.Id[^2..]).ShouldBe(["01", "11"], ignoreOrder: true);
        foreach (var invoice in broken)
        {
            (invoice.Attempt, invoice.Progress).ShouldBe((2, Payload.FromJson("""{"count":3}""")));
            (await HistoryAsync(invoice)).ShouldContain(static transition =>
                transition.Cause == TransitionCause.Fail && transition.Error == "The renderer broke on page 3."
            );
        }

        (await MessagesAsync(Mails)).ShouldAllBe(static mail => mail.Attempt == (mail.Metadata["customer"] == "globex" ? 2 : 1));
    }

    private async Task CheckOrderAsync()
    {
        var spans = await SpansAsync(Invoices);
        Overlapping(spans).ShouldBeEmpty();
        foreach (var customer in spans.GroupBy(static span => span.Customer))
        {
            var first = InTime(customer).DistinctBy(static span => span.Id).ToList();
            first.Count.ShouldBe(4);
            first.ShouldBe(first.OrderBy(static span => span.Priority), ignoreOrder: false, $"The order of {customer.Key}");
        }

        // Nobody of another customer stands before the urgent ones.
        InTime(spans).First().Id[^2..].ShouldBeOneOf("10", "11", "12");
    }

    private async Task CheckDeadlinesAsync(bool areMissed)
    {
        var urgent = (await MessagesAsync(Mails)).Where(static mail => mail.Deadline is not null).ToList();
        urgent.Count.ShouldBe(2);
        foreach (var mail in urgent)
        {
            (await HistoryAsync(mail)).ShouldContain(static transition => transition.MissedDeadline, areMissed ? mail.Attempt : 0);
            mail.Result.ToString().ShouldContain(areMissed ? "\"isLate\":true" : "\"isLate\":false");
        }
    }

    private async Task<CliOutcome> RunAsync(string scheme, DateOnly day)
    {
        var address = scheme == "grpc" ? _server!.GrpcAddress! : _server!.BaseAddress;
        string[] args = ["--server", $"{scheme}://{address.Authority}", "--day", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)];
        var outcome = await Processes.RunBuiltAsync("Invoices.dll", args, static _ => { }).Guarded("the end of the program");
        (outcome.Code, outcome.Error).ShouldBe((0, ""), outcome.Out);
        return outcome;
    }

    private async Task<IReadOnlyList<Message>> MessagesAsync(string queue) => (await Timestone.ListMessagesAsync(queue)).Messages;

    private async Task<IReadOnlyList<Transition>> HistoryAsync(Message message) =>
        (await Timestone.GetHistoryAsync(message.Queue, message.Id, new HistoryRequest { After = message.Version })).Transitions;

    // When each message was at work, attempt by attempt.
    private async Task<IReadOnlyList<Span>> SpansAsync(string queue)
    {
        var spans = new List<Span>();
        foreach (var message in await MessagesAsync(queue))
        {
            var history = await HistoryAsync(message);
            spans.AddRange(
                history
                    .Zip(history.Skip(1))
                    .Where(static pair => pair.First.To == MessageState.Running)
                    .Select(pair => new Span(message.Metadata["customer"], message.Id, pair.First.At, pair.Second.At, message.Priority))
            );
        }

        return spans;
    }

    // What began and ended in one millisecond came before what began in it and went on.
    private static IEnumerable<Span> InTime(IEnumerable<Span> spans) =>
        spans.OrderBy(static span => span.From).ThenBy(static span => span.To);

    private static IEnumerable<(Span, Span)> Overlapping(IEnumerable<Span> spans) =>
        spans
            .GroupBy(static span => span.Customer)
            .Select(static customer => InTime(customer).ToList())
            .SelectMany(static customer => customer.Zip(customer.Skip(1)))
            .Where(static pair => pair.First.To > pair.Second.From);

    // What the page shows of the program's runs.
    private static List<string> Shown() =>
        [.. Output().Matches(Repository.Read("samples/invoices/README.md")).Select(static match => match.Groups[1].Value)];

    private static string IdOf(DateOnly day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static IEnumerable<string> Sorted(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^```text\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Output();

    private sealed record Span(string Customer, string Id, DateTimeOffset From, DateTimeOffset To, long Priority);
}
