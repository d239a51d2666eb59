using Shouldly;
using Timestone.Client;
using Timestone.Tests.Api;
using Timestone.Tests.Services;
using Xunit;

namespace Timestone.Tests.Grpc;

/// <summary>What the client does over gRPC when it gets no answer; the tests of the client say what it does over REST, too.</summary>
public sealed class GrpcClientTests
{
    [Fact]
    public async Task A_server_that_comes_late_is_found_at_the_next_try()
    {
        var port = FreePort.With();
        using var client = Client(new Uri($"grpc://127.0.0.1:{port}"));
        for (var i = 0; i < 20; i++)
        {
            var refusal = await Should.ThrowAsync<TimestoneException>(client.GetDepthAsync("q"));
            refusal.Message.ShouldEndWith("Nothing was done.");
        }

        await using var host = await GrpcHost.StartAsync(ScriptedTimestone.Create(static (_, _) => Task.FromResult(7L)), port);
        (await client.GetDepthAsync("q")).ShouldBe(7);
    }

    [Fact]
    public async Task Where_one_server_is_not_there_the_next_is_asked()
    {
        await using var host = await GrpcHost.StartAsync(ScriptedTimestone.Create(static (_, _) => Task.FromResult(7L)));
        using var client = Client(new Uri($"grpc://127.0.0.1:{FreePort.With()}"), new Uri($"grpc://127.0.0.1:{host.Address.Port}"));
        (await client.GetDepthAsync("q")).ShouldBe(7);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_leaves_the_outcome_unknown()
    {
        await using var host = await GrpcHost.StartAsync(ScriptedTimestone.Create(static (_, _) => Forever()));
        using var client = new TimestoneClient(
            new TimestoneClientOptions
            {
                Address = host.Address,
                Protocol = TimestoneProtocol.Grpc,
                RequestTimeout = TimeSpan.FromMilliseconds(50),
                RetryFor = TimeSpan.Zero,
            }
        );
        var refusal = await Should.ThrowAsync<TimestoneException>(client.GetDepthAsync("q"));
        refusal.Code.ShouldBe(ErrorCode.Unavailable);
        refusal.Message.ShouldContain("did not answer in time");
        refusal.Message.ShouldContain("The outcome is unknown");
    }

    [Fact]
    public async Task A_call_that_is_given_up_ends_with_the_token_of_who_gave_it_up()
    {
        await using var host = await GrpcHost.StartAsync(ScriptedTimestone.Create(static (_, _) => Forever()));
        using var client = host.Client();
        using var given = new CancellationTokenSource();
        var call = client.GetDepthAsync("q", cancellationToken: given.Token);
        await given.CancelAsync();
        (await Should.ThrowAsync<OperationCanceledException>(call)).CancellationToken.ShouldBe(given.Token);
    }

    [Fact]
    public async Task A_queue_that_a_lost_try_deleted_is_deleted()
    {
        var tries = 0;
        await using var host = await GrpcHost.StartAsync(
            ScriptedTimestone.Create((_, _) =>
                throw (
                    tries++ == 0
                        ? new TimestoneException(ErrorCode.Unavailable, "The journal failed.")
                        : new TimestoneException(ErrorCode.QueueNotFound, "There is no queue 'q'.")
                )
            )
        );
        using var client = new TimestoneClient(
            new TimestoneClientOptions
            {
                Address = host.Address,
                Protocol = TimestoneProtocol.Grpc,
                RetryDelay = TimeSpan.FromMilliseconds(1),
            }
        );
        await client.DeleteQueueAsync("q");
        tries.ShouldBe(2);
        (await Should.ThrowAsync<TimestoneException>(client.DeleteQueueAsync("q"))).Code.ShouldBe(ErrorCode.QueueNotFound);
    }

    private static TimestoneClient Client(params Uri[] addresses) =>
        new(new TimestoneClientOptions { Addresses = addresses, RetryFor = TimeSpan.Zero });

    private static async Task<long> Forever()
    {
        await new TaskCompletionSource().Task;
        return 0;
    }
}
