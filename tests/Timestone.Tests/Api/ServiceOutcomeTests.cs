using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Timestone.Api;
using Xunit;

namespace Timestone.Tests.Api;

/// <summary>What the routes make of what the service says, whatever service it is.</summary>
public sealed class ServiceOutcomeTests
{
    [Theory]
    [InlineData(ErrorCode.InvalidArgument, 400)]
    [InlineData(ErrorCode.MissingExclusivityKey, 400)]
    [InlineData(ErrorCode.QueueNotFound, 404)]
    [InlineData(ErrorCode.MessageNotFound, 404)]
    [InlineData(ErrorCode.QueueExists, 409)]
    [InlineData(ErrorCode.MessageConflict, 409)]
    [InlineData(ErrorCode.LeaseLost, 409)]
    [InlineData(ErrorCode.IllegalTransition, 409)]
    [InlineData(ErrorCode.EnqueueBlocked, 409)]
    [InlineData(ErrorCode.PayloadTooLarge, 413)]
    [InlineData(ErrorCode.QueueFull, 429)]
    [InlineData(ErrorCode.Unavailable, 503)]
    [InlineData(ErrorCode.NoIndex, 501)]
    [InlineData(ErrorCode.Standby, 503)]
    [InlineData(ErrorCode.HostNotAllowed, 400)]
    [InlineData(ErrorCode.ForbiddenOrigin, 403)]
    [InlineData(ErrorCode.NoSuchRoute, 404)]
    public async Task Every_error_has_its_status(ErrorCode code, int status)
    {
        await using var host = await ApiHost.StartAsync(
            ScriptedTimestone.Create((_, _) => Task.FromException<QueueInfo>(new TimestoneException(code, "It was so.", "name")))
        );
        using var response = await host.Http.GetAsync("/v1/queues/q");
        ((int)response.StatusCode).ShouldBe(status);
        response.Headers.Contains("Retry-After").ShouldBe(code.IsPassing() || code == ErrorCode.QueueFull);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        ((string?)problem["detail"]).ShouldBe("It was so.");
        ((string?)problem["field"]).ShouldBe("name");
        ((string?)problem["type"]).ShouldBe($"urn:timestone:error:{problem["code"]}");
    }

    [Fact]
    public void Every_error_code_is_tested() => Enum.GetValues<ErrorCode>().Length.ShouldBe(17);

    [Fact]
    public async Task A_bug_in_the_service_is_an_error_without_its_secrets()
    {
        await using var host = await ApiHost.StartAsync(
            ScriptedTimestone.Create(static (_, _) => throw new InvalidOperationException("secret"))
        );
        using var response = await host.Http.GetAsync("/v1/queues/q");
        response.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("secret");
    }

    [Fact]
    public async Task While_something_stands_in_the_way_it_is_alive_and_says_what()
    {
        await using var host = await ApiHost.StartAsync(
            ScriptedTimestone.Create(static (_, _) => Task.FromResult<IReadOnlyList<MessageResult>>([new MessageResult { Id = "a" }]))
        );
        host.Obstacle = new Obstacle(ErrorCode.Unavailable, "Not yet.");
        foreach (var (path, post) in new[] { ("/readyz", false), ("/v1/queues/q", false), ("/v1/queues/q/messages", true) })
        {
            using var response = post ? await host.Http.PostAsJsonAsync(path, new JsonObject()) : await host.Http.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            response.Headers.RetryAfter.ShouldNotBeNull();
            (await response.Content.ReadAsStringAsync()).ShouldContain("Not yet.");
        }

        (await host.Http.GetStringAsync("/healthz")).ShouldBe("""{"status":"ok"}""");
        host.Obstacle = null;
        (await host.Http.GetStringAsync("/readyz")).ShouldBe("""{"status":"ok","parts":[]}""");
        (await host.Http.PostAsJsonAsync("/v1/queues/q/messages", new JsonObject())).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_standby_refuses_every_call_and_names_the_active_server_and_is_ready_where_that_is_enough()
    {
        await using var host = await ApiHost.StartAsync(
            ScriptedTimestone.Create(static (_, _) => throw new InvalidOperationException("It must not be asked."))
        );
        host.Obstacle = new Obstacle(ErrorCode.Standby, "This server stands by.", "http://active:7070");
        foreach (
            var path in new[] { "/readyz", "/readyz?standby=no", "/v1/queues", "/v1/queues/q", "/v1/queues/q/stats", "/v1/search/messages" }
        )
        {
            using var response = await host.Http.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, path);
            response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
            var problem = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
            ((string?)problem["code"]).ShouldBe("standby");
            ((string?)problem["activeUrl"]).ShouldBe("http://active:7070");
        }

        (await host.Http.GetAsync("/readyz?standby=ok")).StatusCode.ShouldBe(HttpStatusCode.OK);
        host.Obstacle = new Obstacle(ErrorCode.Unavailable, "Not yet.");
        (await host.Http.GetAsync("/readyz?standby=ok")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_caller_that_goes_away_ends_its_wait()
    {
        var waiting = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var host = await ApiHost.StartAsync(ScriptedTimestone.Create((_, args) => WaitAsync((CancellationToken)args[2]!)));
        using var caller = new CancellationTokenSource();
        var call = host.Http.PostAsJsonAsync("/v1/queues/q/dequeue", new { waitSeconds = 30 }, caller.Token);
        await waiting.Task;
        await caller.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(call);
        await ended.Task;

        async Task<DequeueResult> WaitAsync(CancellationToken cancellationToken)
        {
            waiting.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended.SetResult();
            throw new OperationCanceledException(cancellationToken);
        }
    }

    [Fact]
    public async Task A_stop_ends_waits_and_keeps_what_they_settled()
    {
        var waiting = new TaskCompletionSource();
        await using var host = await ApiHost.StartAsync(
            ScriptedTimestone.Create((_, args) => DequeueAsync((DequeueRequest)args[1]!, (CancellationToken)args[2]!))
        );
        var call = host.Http.PostAsJsonAsync(
            "/v1/queues/q/dequeue",
            new
            {
                waitSeconds = 30,
                settle = new[]
                {
                    new
                    {
                        id = "a",
                        leaseToken = "x",
                        action = "complete",
                    },
                },
            }
        );
        await waiting.Task;
        await host.StopAsync();
        using var response = await call;
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).ShouldBe("""{"messages":[],"settled":[{"id":"a","duplicate":true}]}""");

        async Task<DequeueResult> DequeueAsync(DequeueRequest request, CancellationToken cancellationToken)
        {
            if (request is { Max: 0 } && request.Wait == TimeSpan.Zero)
                return new DequeueResult { Settled = [new MessageResult { Id = request.Settle[0].Id, Duplicate = true }] };
            waiting.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            throw new InvalidOperationException("Unreachable.");
        }
    }

    [Fact]
    public async Task A_stop_ends_watches_with_nothing()
    {
        var waiting = new TaskCompletionSource();
        await using var host = await ApiHost.StartAsync(ScriptedTimestone.Create((_, args) => WatchAsync((CancellationToken)args[3]!)));
        var call = host.Http.PostAsJsonAsync(
            "/v1/queues/q/leases/watch",
            new { waitSeconds = 30, leases = new[] { new { id = "a", leaseToken = "x" } } }
        );
        await waiting.Task;
        await host.StopAsync();
        using var response = await call;
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadAsStringAsync()).ShouldBe("""{"results":[]}""");

        async Task<IReadOnlyList<MessageResult>> WatchAsync(CancellationToken cancellationToken)
        {
            waiting.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            throw new InvalidOperationException("Unreachable.");
        }
    }
}
