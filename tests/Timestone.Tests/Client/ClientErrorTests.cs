using System.Text.Json;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Client.Support;
using Xunit;

namespace Timestone.Tests.Client;

public sealed class ClientErrorTests
{
    public static TheoryData<ErrorCode> AnsweredCodes => [.. Enum.GetValues<ErrorCode>()];

    [Theory]
    [MemberData(nameof(AnsweredCodes))]
    public async Task Each_error_code_is_understood(ErrorCode code)
    {
        await using var server = await StubServer.StartAsync(
            Replies.Problem(400, JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString()), "leaseSeconds")
        );
        using var client = new TimestoneClient(server.Address);

        var refusal = await Should.ThrowAsync<TimestoneException>(client.GetDepthAsync("q"));
        refusal.Error.ShouldBe(new TimestoneError(code, refusal.Message, "leaseSeconds"));
        refusal.Message.ShouldStartWith("about ");
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "null")]
    [InlineData(200, "{")]
    [InlineData(200, """{"count":"7"}""")]
    [InlineData(200, "<html>")]
    [InlineData(302, "")]
    [InlineData(400, """{"code":"of_tomorrow","detail":"?"}""")]
    [InlineData(404, "<html>")]
    [InlineData(500, """{"detail":"no code"}""")]
    public async Task What_is_not_understood_is_unavailable(int status, string body)
    {
        await using var server = await StubServer.StartAsync(Replies.Json(body, status));
        using var client = new TimestoneClient(server.Address);

        var refusal = await Should.ThrowAsync<TimestoneException>(client.GetDepthAsync("q"));
        refusal.Code.ShouldBe(ErrorCode.Unavailable);
        refusal.Message.ShouldContain("not understood");
        server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"results":[]}""")]
    [InlineData("""{"results":[null]}""")]
    [InlineData("""{"results":[{"id":"m"},{"id":"n"}]}""")]
    [InlineData("""{"results":[{"id":"m","error":{"code":"of_tomorrow","detail":"?"}}]}""")]
    public async Task An_answer_that_does_not_answer_each_item_is_not_understood(string body)
    {
        await using var server = await StubServer.StartAsync(Replies.Json(body));
        using var client = new TimestoneClient(server.Address);

        (await Should.ThrowAsync<TimestoneException>(client.CancelAsync("q", "m"))).Message.ShouldContain("not understood");
    }

    [Fact]
    public async Task Settlements_that_are_not_answered_are_not_understood()
    {
        await using var server = await StubServer.StartAsync(Replies.Json("""{"messages":[]}"""));
        using var client = new TimestoneClient(server.Address);

        (await Should.ThrowAsync<TimestoneException>(client.CompleteAsync("q", "m", "t"))).Message.ShouldContain("not understood");
    }

    [Fact]
    public async Task A_newer_server_may_say_more_than_the_client_knows()
    {
        await using var server = await StubServer.StartAsync(Replies.Json("""{"count":7,"estimated":false}"""));
        using var client = new TimestoneClient(server.Address);

        (await client.GetDepthAsync("q")).ShouldBe(7);
    }

    [Fact]
    public async Task What_JSON_cannot_say_is_refused_here()
    {
        await using var server = await StubServer.StartAsync(Replies.Json("{}"));
        using var client = new TimestoneClient(server.Address);

        var calls = new Func<Task>[]
        {
            () => client.CreateQueueAsync("q", null!),
            () => client.UpdateQueueAsync("q", null!),
            () => client.UpdateQueueAsync("q", new QueueSettingsPatch { Type = (QueueType)9 }),
            () => client.EnqueueAsync("q", (IReadOnlyList<NewMessage>)null!),
            () => client.EnqueueAsync("q", [null!]),
            () => client.DequeueAsync("q", null!),
            () => client.SettleAsync("q", (IReadOnlyList<Settlement>)null!),
            () => client.ExtendAsync("q", null!),
            () => client.CancelAsync("q", (IReadOnlyList<Cancellation>)null!),
            () => client.GetDepthAsync("q", filter: Metadata.Of("k", null!)),
        };
        foreach (var call in calls)
            (await Should.ThrowAsync<TimestoneException>(call)).Code.ShouldBe(ErrorCode.InvalidArgument);
        server.Requests.ShouldBeEmpty();
    }
}
