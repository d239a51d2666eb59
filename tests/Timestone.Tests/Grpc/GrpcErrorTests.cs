using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Shouldly;
using Timestone.Api;
using Timestone.Client;
using Timestone.Json;
using Timestone.Tests.Api;
using Xunit;
using V1 = Timestone.Grpc.V1;

namespace Timestone.Tests.Grpc;

/// <summary>What gRPC makes of what the service says, whatever service it is.</summary>
public sealed class GrpcErrorTests
{
    public static TheoryData<ErrorCode> Codes => [.. Enum.GetValues<ErrorCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Every_error_has_its_status_its_reason_its_field_and_when_to_try_again(ErrorCode code)
    {
        await using var host = await HostAsync(code);
        using var channel = GrpcChannel.ForAddress(host.Address);
        var refusal = await GrpcServer.RefusedAsync(new V1.Timestone.TimestoneClient(channel).GetQueueAsync(new() { Queue = "q" }));
        ((int)refusal.StatusCode).ShouldBe(code.Meaning().GrpcStatus);
        var status = refusal.GetRpcStatus().ShouldNotBeNull();
        status.Message.ShouldBe("It was so.");
        var info = status.GetDetail<ErrorInfo>().ShouldNotBeNull();
        (info.Domain, info.Reason).ShouldBe(("timestone", EnumNames.Of(code)));
        status.GetDetail<BadRequest>().ShouldNotBeNull().FieldViolations.ShouldHaveSingleItem().Field.ShouldBe("name");
        (status.GetDetail<RetryInfo>() is not null).ShouldBe(code.IsPassing() || code == ErrorCode.QueueFull);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task The_client_throws_the_error_that_the_service_threw(ErrorCode code)
    {
        await using var host = await HostAsync(code);
        using var client = host.Client();
        var thrown = await Should.ThrowAsync<TimestoneException>(client.GetQueueAsync("q"));
        thrown.Code.ShouldBe(code);
        thrown.Message.ShouldStartWith("It was so.");
        thrown.Error.Field.ShouldBe(code.IsPassing() ? null : "name");
    }

    [Fact]
    public async Task A_bug_in_the_service_is_an_error_without_its_secrets()
    {
        await using var host = await GrpcHost.StartAsync(
            ScriptedTimestone.Create(static (_, _) => throw new InvalidOperationException("secret"))
        );
        using var channel = GrpcChannel.ForAddress(host.Address);
        var refusal = await GrpcServer.RefusedAsync(new V1.Timestone.TimestoneClient(channel).GetQueueAsync(new() { Queue = "q" }));
        refusal.StatusCode.ShouldBe(StatusCode.Unavailable);
        refusal.ToString().ShouldNotContain("secret");
        refusal.Status.Detail.ShouldContain("unknown");
    }

    [Fact]
    public async Task A_standby_refuses_every_call_and_names_the_active_server()
    {
        await using var host = await HostAsync(ErrorCode.NoIndex);
        host.Obstacle = new Obstacle(ErrorCode.Standby, "This server stands by.", "http://active:7070");
        using var channel = GrpcChannel.ForAddress(host.Address);
        var refusal = await GrpcServer.RefusedAsync(new V1.Timestone.TimestoneClient(channel).GetQueueAsync(new() { Queue = "q" }));
        refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["activeUrl"].ShouldBe("http://active:7070");
    }

    [Fact]
    public async Task A_client_with_two_addresses_goes_from_a_standby_to_the_active_server()
    {
        await using var standby = await HostAsync(ErrorCode.NoIndex);
        standby.Obstacle = new Obstacle(ErrorCode.Standby, "This server stands by.");
        await using var active = await GrpcHost.StartAsync(
            ScriptedTimestone.Create(static (_, _) => Task.FromResult(5L))
        );
        using var client = new TimestoneClient(
            new TimestoneClientOptions
            {
                Addresses = [standby.Address, active.Address],
                Protocol = TimestoneProtocol.Grpc,
                RetryFor = TimeSpan.Zero,
            }
        );
        (await client.GetDepthAsync("q")).ShouldBe(5);
    }

    [Fact]
    public async Task What_is_refused_before_it_comes_to_gRPC_is_refused_in_the_words_of_gRPC()
    {
        await using var host = await HostAsync(ErrorCode.NoIndex);
        using var channel = GrpcChannel.ForAddress(host.Address);
        var stranger = new global::Grpc.Core.Metadata.Entry("sec-fetch-site", "cross-site");
        var refusal = await GrpcServer.RefusedAsync(
            new V1.Timestone.TimestoneClient(channel).GetQueueAsync(new() { Queue = "q" }, [stranger])
        );
        refusal.StatusCode.ShouldBe(StatusCode.PermissionDenied);
        refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason.ShouldBe("forbidden_origin");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable_and_did_nothing()
    {
        var host = await HostAsync(ErrorCode.NoIndex);
        using var client = host.Client();
        await host.DisposeAsync();
        var thrown = await Should.ThrowAsync<TimestoneException>(client.GetQueueAsync("q"));
        thrown.Code.ShouldBe(ErrorCode.Unavailable);
        thrown.Message.ShouldEndWith("Nothing was done.");
    }

    private static Task<GrpcHost> HostAsync(ErrorCode code) =>
        GrpcHost.StartAsync(
            ScriptedTimestone.Create((_, _) => Task.FromException<QueueInfo>(new TimestoneException(code, "It was so.", "name")))
        );
}
