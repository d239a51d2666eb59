using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Client.Support;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>Handlers of JSON payloads of one type, and what becomes of other payloads.</summary>
public sealed partial class TypedHandlerTests : WorkerTest
{
    [Fact]
    public async Task A_typed_handler_gets_the_payload()
    {
        var handler = new Orders();
        await StartAsync(handler: handler);
        (await SettlementOfAsync(Payload.FromJson("""{"item": "tea", "pieces": 2}"""))).Action.ShouldBe(SettlementAction.Complete);
        handler.Seen.ShouldBe([new Order("tea", 2)]);
    }

    [Theory]
    [InlineData("""{"item": "tea", "pieces": "many"}""", "$.pieces")]
    [InlineData("""{"item": "tea"}""", "'pieces'")]
    [InlineData("null", "null")]
    [InlineData("[]", "Order")]
    public async Task JSON_that_is_not_of_the_type_fails_for_good_and_says_why(string json, string reason)
    {
        var handler = new Orders();
        await StartAsync(handler: handler);
        var settlement = await SettlementOfAsync(Payload.FromJson(json));
        (settlement.Action, settlement.Permanent).ShouldBe((SettlementAction.Fail, true));
        settlement.Error.ShouldNotBeNull().ShouldContain(reason);
        handler.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task Bytes_fail_for_good()
    {
        await StartAsync(handler: new Orders());
        var settlement = await SettlementOfAsync(Payload.FromBytes(new byte[] { 1 }));
        (settlement.Permanent, settlement.Error).ShouldBe((true, "The payload must be JSON of Order; the message carries bytes."));
    }

    [Fact]
    public async Task A_message_without_a_payload_fails_for_good()
    {
        await StartAsync(handler: new Orders());
        var settlement = await SettlementOfAsync(default);
        (settlement.Permanent, settlement.Error).ShouldBe((true, "The payload must be JSON of Order; the message carries nothing."));
    }

    [Fact]
    public async Task Payloads_are_read_with_the_options_of_the_worker()
    {
        var handler = new Orders();
        await StartAsync(
            handler: handler,
            configure: static options => options.Json = new() { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper }
        );
        (await SettlementOfAsync(Payload.FromJson("""{"ITEM": "tea", "PIECES": 2}"""))).Action.ShouldBe(SettlementAction.Complete);
        handler.Seen.ShouldBe([new Order("tea", 2)]);
    }

    [Fact]
    public async Task A_source_generated_context_reads_without_reflection()
    {
        var handler = new Orders();
        await StartAsync(handler: handler, configure: static options => options.Json = OrderJson.Default.Options);
        (await SettlementOfAsync(Payload.FromJson("""{"item": "tea", "pieces": 2}"""))).Action.ShouldBe(SettlementAction.Complete);
        handler.Seen.ShouldBe([new Order("tea", 2)]);
    }

    [Fact]
    public async Task A_type_that_the_context_does_not_know_is_not_read_by_reflection()
    {
        await StartAsync(handler: new Strangers(), configure: static options => options.Json = OrderJson.Default.Options);
        var settlement = await SettlementOfAsync(Payload.FromJson("{}"));

        // The program is wrong, not the message.
        (settlement.Action, settlement.Permanent).ShouldBe((SettlementAction.Fail, false));
        settlement.Error.ShouldNotBeNull().ShouldContain(nameof(Stranger));
    }

    [Fact]
    public async Task A_worker_among_services_with_such_a_type_is_refused_before_it_takes_a_message()
    {
        await using var services = new ServiceCollection()
            .AddSingleton<ITimestone>(Service)
            .AddTimestoneWorker<Strangers>(Queue, static options => options.Json = OrderJson.Default.Options)
            .BuildServiceProvider();
        Should.Throw<NotSupportedException>(() => services.GetServices<IHostedService>().ToList()).Message.ShouldContain(nameof(Stranger));

        await using var others = new ServiceCollection()
            .AddSingleton<ITimestone>(Service)
            .AddTimestoneWorker<Stranger>(
                Queue,
                static (_, _, _) => Task.CompletedTask,
                static options => options.Json = OrderJson.Default.Options
            )
            .BuildServiceProvider();
        Should.Throw<NotSupportedException>(() => others.GetServices<IHostedService>().ToList()).Message.ShouldContain(nameof(Stranger));
    }

    [Fact]
    public async Task A_lambda_is_a_handler()
    {
        var seen = new List<(Order, string)>();
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<ITimestone>(Service)
            .AddTimestoneWorker(
                Queue,
                (Order order, MessageContext context, CancellationToken _) =>
                {
                    seen.Add((order, context.Id));
                    context.Result = Payload.FromText("packed");
                    return Task.CompletedTask;
                },
                static options => options.Json = OrderJson.Default.Options
            )
            .BuildServiceProvider();
        var worker = services.GetServices<IHostedService>().ShouldHaveSingleItem();
        await worker.StartAsync(CancellationToken.None);
        (await SettlementOfAsync(Payload.FromJson("""{"item": "tea", "pieces": 2}"""))).ShouldBe(
            Settlement.Complete("a", "token of a", Payload.FromText("packed"))
        );
        seen.ShouldBe([(new Order("tea", 2), "a")]);
    }

    [Fact]
    public async Task A_typed_handler_is_registered_like_any_other()
    {
        var clock = new ManualTimeProvider();
        var orders = new Orders();
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton<ITimestone>(Service)
            .AddSingleton(orders)
            .AddTimestoneWorker<Orders>(Queue)
            .BuildServiceProvider();
        await services.GetServices<IHostedService>().ShouldHaveSingleItem().StartAsync(CancellationToken.None);
        (await SettlementOfAsync(Payload.FromJson("""{"item": "tea", "pieces": 2}"""))).Action.ShouldBe(SettlementAction.Complete);
        orders.Seen.ShouldBe([new Order("tea", 2)]);
    }

    // The worker may have room for more, and then settles beside its next poll.
    private async Task<Settlement> SettlementOfAsync(Payload payload)
    {
        var answer = Service.Leases("a");
        (await Service.DequeueAsync()).Answer(answer with { Messages = [answer.Messages[0] with { Payload = payload }] });
        return (await SettlementsAsync(1)).ShouldHaveSingleItem();
    }

    private sealed record Order(string Item, [property: JsonRequired] int Pieces);

    private sealed record Stranger;

    private sealed class Orders : IMessageHandler<Order>
    {
        public List<Order> Seen { get; } = [];

        public Task HandleAsync(Order payload, MessageContext context, CancellationToken cancellationToken)
        {
            Seen.Add(payload);
            return Task.CompletedTask;
        }
    }

    private sealed class Strangers : IMessageHandler<Stranger>
    {
        public Task HandleAsync(Stranger payload, MessageContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Order))]
    private sealed partial class OrderJson : JsonSerializerContext;
}
