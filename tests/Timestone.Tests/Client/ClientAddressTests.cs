using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Client.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>A client that knows several servers, of which one is active.</summary>
public sealed class ClientAddressTests
{
    private static readonly RequestDelegate Answer = Replies.Json("""{"count":7}""");

    [Fact]
    public async Task The_next_address_is_tried_at_once_where_a_server_stands_by_and_kept_to()
    {
        await using var standby = await StubServer.StartAsync(Standby("http://127.0.0.1:1"));
        await using var active = await StubServer.StartAsync(Answer);
        using var client = Client(standby.Address, active.Address);
        (await client.GetDepthAsync("q")).ShouldBe(7);
        (await client.GetDepthAsync("q")).ShouldBe(7);
        standby.Requests.Count.ShouldBe(1);
        active.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_next_address_is_tried_where_no_connection_can_be_made()
    {
        await using var active = await StubServer.StartAsync(Answer);
        using var client = Client(new Uri($"http://127.0.0.1:{UnusedPort()}"), active.Address);
        (await client.GetDepthAsync("q")).ShouldBe(7);
    }

    [Fact]
    public async Task The_address_in_an_answer_is_never_followed()
    {
        await using var elsewhere = await StubServer.StartAsync(Answer);
        await using var standby = await StubServer.StartAsync(Standby(elsewhere.Address.AbsoluteUri));
        using var client = Client(standby.Address);
        var refusal = await Should.ThrowAsync<TimestoneException>(client.GetDepthAsync("q"));
        refusal.Code.ShouldBe(ErrorCode.Standby);
        refusal.Message.ShouldContain("Nothing was done");
        elsewhere.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task When_all_of_them_stand_by_the_round_is_repeated_after_as_long_as_they_ask()
    {
        await using var one = await StubServer.StartAsync(Standby("http://127.0.0.1:1", retryAfterSeconds: 0), Answer);
        await using var other = await StubServer.StartAsync(Standby("http://127.0.0.1:1", retryAfterSeconds: 0));
        using var client = new TimestoneClient(
            new TimestoneClientOptions { Addresses = [one.Address, other.Address], RetryDelay = TimeSpan.FromMilliseconds(1) }
        );
        (await client.GetDepthAsync("q")).ShouldBe(7);
        other.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task After_a_try_that_may_have_had_an_effect_the_outcome_is_unknown_whatever_a_standby_says()
    {
        await using var active = await StubServer.StartAsync(Replies.ResetBeforeTheAnswer);
        await using var standby = await StubServer.StartAsync(Standby("http://127.0.0.1:1"));
        using var client = Client(active.Address, standby.Address);
        var refusal = await Should.ThrowAsync<TimestoneException>(client.RedriveAllAsync("q"));
        refusal.Code.ShouldBe(ErrorCode.Unavailable);
        refusal.Message.ShouldContain("unknown");
    }

    [Fact]
    public async Task A_search_that_waits_for_a_write_moves_on_from_a_standby_too()
    {
        await using var standby = await StubServer.StartAsync(Standby("http://127.0.0.1:1"));
        await using var active = await StubServer.StartAsync(Replies.Problem(501, "no_index"));
        using var client = Client(standby.Address, active.Address);
        (
            await Should.ThrowAsync<TimestoneException>(
                client.SearchMessagesAsync(new MessageSearch { After = new IndexedWrite("q", "a", 1) })
            )
        ).Code.ShouldBe(ErrorCode.NoIndex);
    }

    private static TimestoneClient Client(params Uri[] addresses) =>
        new(new TimestoneClientOptions { Addresses = addresses, RetryFor = TimeSpan.Zero });

    private static RequestDelegate Standby(string activeUrl, int retryAfterSeconds = 1) =>
        context =>
        {
            context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Replies.Json(
                $$"""{"type":"urn:timestone:error:standby","status":503,"code":"standby","detail":"Another is active.","activeUrl":"{{activeUrl}}"}""",
                503
            )(context);
        };

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
