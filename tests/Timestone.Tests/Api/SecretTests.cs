using System.Text;
using System.Text.RegularExpressions;
using Shouldly;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Tests.Server;
using Timestone.Tests.Tidy;
using Xunit;

namespace Timestone.Tests.Api;

/// <summary>
/// What a journal's failure says is for the log: paths, addresses, stack traces of clients. A caller gets a plain sentence.
/// </summary>
public sealed partial class SecretTests
{
    private const string Secret = "/var/secret/000000000001.log   at StackExchange.Redis.ConnectionMultiplexer";

    [Fact]
    public async Task What_the_journal_says_reaches_no_caller()
    {
        var journal = new FailingJournal(Secret);
        await using var server = await TimestoneServer.StartAsync(
            new TimestoneServerOptions
            {
                Urls = "http://127.0.0.1:0",
                GrpcUrls = "off",
                OpenJournal = _ => Task.FromResult<IJournal>(journal),
            }
        );
        using var http = new HttpClient { BaseAddress = server.BaseAddress };
        using var created = await http.PutAsync("/v1/queues/ill", null);
        journal.FailAtOnce("ill");
        foreach (
            var (method, path) in new[]
            {
                ("POST", "/v1/queues/ill/messages"),
                ("POST", "/v1/queues/ill/messages"),
                ("GET", "/v1/queues/ill"),
                ("PUT", "/v1/queues/ill"),
                ("GET", "/v1/queues"),
            }
        )
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method == "POST")
                request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            ((int)answer.StatusCode).ShouldBe(503, $"{method} {path} {text}");
            text.ShouldNotContain("secret");
            text.ShouldNotContain("StackExchange");
        }
    }

    /// <summary>No refusal is made of another exception's words.</summary>
    [Fact]
    public void No_sentence_of_unavailable_quotes_an_exception()
    {
        var quoting = Repository
            .Files(".cs")
            .Where(static file => !file.StartsWith("tests/", StringComparison.Ordinal))
            .SelectMany(static file => Quoting().Matches(Repository.Read(file)).Select(match => $"{file}: {match.Value}"));
        quoting.ShouldBeEmpty();
    }

    [GeneratedRegex("""ErrorCode\.Unavailable,\s*\$"[^"\n]*\.Message\}""")]
    private static partial Regex Quoting();
}
