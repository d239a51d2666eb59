using System.Text;
using Shouldly;
using Timestone.Api;
using Xunit;

namespace Timestone.Tests.Api;

/// <summary>What is refused before it is parsed, and what is not.</summary>
public sealed class BatchBoundTests(ApiServer server) : IClassFixture<ApiServer>
{
    private const int Many = 150_000;

    [Theory]
    [InlineData("/messages", "messages")]
    [InlineData("/complete", "items")]
    [InlineData("/fail", "items")]
    [InlineData("/release", "items")]
    [InlineData("/extend", "items")]
    [InlineData("/cancel", "items")]
    [InlineData("/dequeue", "settle")]
    [InlineData("/leases/watch", "leases")]
    public async Task Every_batch_of_far_too_many_items_is_refused(string path, string batch)
    {
        var body = $$"""{"{{batch}}":[{{Repeat("{}", Many)}}]}""";
        Should.Throw<TimestoneException>(() => Check(body)).Error.Field.ShouldBe(batch);
        (await server.PostAsync($"/v1/queues/{ApiServer.NewQueue()}{path}", body)).ShouldRefuse(400, "invalid_argument", batch);
    }

    [Fact]
    public void It_is_counted_behind_other_fields_and_whatever_an_item_is()
    {
        foreach (var item in new[] { "null", "[[],{}]", """{"payload":{"a":[1,2]}}""", "\"a,b\"" })
            Should.Throw<TimestoneException>(() => Check($$"""{"max":0,"x":{"y":[]},"settle":[{{Repeat(item, Many)}}]}"""));
    }

    [Fact]
    public void It_is_counted_behind_the_deepest_payload()
    {
        var deepest = $$"""{"payload":{{new string('[', Limits.MaxJsonDepth)}}{{new string(']', Limits.MaxJsonDepth)}}}""";
        Should.Throw<TimestoneException>(() => Check($$"""{"messages":[{{deepest}},{{Repeat("{}", Many)}}]}"""));
    }

    [Theory]
    [InlineData("payload")]
    [InlineData("result")]
    public void What_is_no_batch_may_hold_any_number_of_values(string field) =>
        Check($$"""{"id":"a","{{field}}":[{{Repeat("1", Many)}}]}""");

    [Fact]
    public void So_may_the_payloads_of_a_batch()
    {
        var message = $$"""{"payload":{"messages":[{{Repeat("1", Limits.MaxBatch + 1)}}]} }""";
        Check($$"""{"messages":[{{Repeat(message, Limits.MaxBatch)}}]}""");
    }

    [Fact]
    public void What_is_no_JSON_is_left_to_the_parser()
    {
        Check($$"""{"payload":[{{Repeat("1", Many)}}""");
        Check(Repeat(",", Many));
        Check($$"""[{{Repeat("{}", Many)}}]""");
    }

    private static void Check(string json) => BatchBound.Check(Encoding.UTF8.GetBytes(json));

    private static string Repeat(string item, int count) => string.Join(',', Enumerable.Repeat(item, count));
}
