using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Client.Support;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>Workers among a program's services.</summary>
public sealed class WorkerServicesTests
{
    private static readonly Dictionary<string, Action<TimestoneWorkerOptions>> Wrong = new()
    {
        [nameof(TimestoneWorkerOptions.Concurrency)] = options => options.Concurrency = 0,
        [nameof(TimestoneWorkerOptions.Prefetch)] = options => options.Prefetch = -1,
        [nameof(TimestoneWorkerOptions.Lease)] = options => options.Lease = TimeSpan.Zero,
        [nameof(TimestoneWorkerOptions.Wait)] = options => options.Wait = TimeSpan.Zero,
        [nameof(TimestoneWorkerOptions.WorkerName)] = options => options.WorkerName = null!,
        [nameof(TimestoneWorkerOptions.LeaseMargin)] = options => options.LeaseMargin = TimeSpan.FromTicks(-1),
        [nameof(TimestoneWorkerOptions.ShutdownTimeout)] = options => options.ShutdownTimeout = TimeSpan.FromDays(2),
    };

    public static TheoryData<string> Fields => [.. Wrong.Keys];

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_wrong_option_is_refused_by_name(string field) =>
        Should
            .Throw<ArgumentException>(() => new ServiceCollection().AddTimestoneWorker<NotingHandler>("q", Wrong[field]))
            .ParamName.ShouldBe(field);

    [Fact]
    public void What_the_service_would_refuse_is_refused_at_once()
    {
        FieldOf(() => new ServiceCollection().AddTimestoneWorker<NotingHandler>("no/queue")).ShouldBe("queue");
        FieldOf(() => new ServiceCollection().AddTimestoneWorker<NotingHandler>("q", options => options.WorkerName = new string('w', 129)))
            .ShouldBe("worker");
        FieldOf(() => new ServiceCollection().AddTimestoneWorker<NotingHandler>("q", options => options.Filter = Metadata.Of("a b", "")))
            .ShouldBe("filter");
    }

    [Fact]
    public async Task Each_message_has_a_handler_and_services_of_its_own()
    {
        var clock = new ManualTimeProvider();
        var service = new ScriptedTimestone(clock);
        var notes = new Notes();
        await using var services = Services(clock, service, notes)
            .AddTimestoneWorker<NotingHandler>("q", options => options.Concurrency = 1)
            .BuildServiceProvider();
        var worker = services.GetServices<IHostedService>().ShouldHaveSingleItem();
        await worker.StartAsync(CancellationToken.None);

        (await service.DequeueAsync()).Answer(service.Leases("a"));
        var next = await service.DequeueAsync();
        next.Request.Settle.ShouldHaveSingleItem().Action.ShouldBe(SettlementAction.Complete);
        next.Answer(service.Leases("b") with { Settled = ScriptedTimestone.Fine(1) });
        (await service.DequeueAsync()).Request.Settle.ShouldHaveSingleItem().Action.ShouldBe(SettlementAction.Complete);

        notes.Scopes.Distinct().Count().ShouldBe(2);
        notes.Scopes.ShouldAllBe(scope => scope.IsDisposed);
    }

    [Fact]
    public async Task A_handler_that_cannot_be_made_is_a_failed_attempt()
    {
        var clock = new ManualTimeProvider();
        var service = new ScriptedTimestone(clock);
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton<ITimestone>(service)
            .AddTimestoneWorker<NotingHandler>("q", options => options.Concurrency = 1)
            .BuildServiceProvider();
        await services.GetServices<IHostedService>().Single().StartAsync(CancellationToken.None);

        (await service.DequeueAsync()).Answer(service.Leases("a"));
        (await service.DequeueAsync()).Request.Settle.ShouldHaveSingleItem().Action.ShouldBe(SettlementAction.Fail);
    }

    [Fact]
    public async Task A_program_can_have_several_workers()
    {
        var clock = new ManualTimeProvider();
        await using var services = Services(clock, new ScriptedTimestone(clock), new Notes())
            .AddTimestoneWorker<NotingHandler>("q1")
            .AddTimestoneWorker<NotingHandler>("q2")
            .BuildServiceProvider();
        services.GetServices<IHostedService>().Count().ShouldBe(2);
    }

    private static string? FieldOf(Action action) => Should.Throw<TimestoneException>(action).Error.Field;

    private static IServiceCollection Services(ManualTimeProvider clock, ScriptedTimestone service, Notes notes) =>
        new ServiceCollection().AddSingleton<TimeProvider>(clock).AddSingleton<ITimestone>(service).AddSingleton(notes).AddScoped<Scope>();

    private sealed class Notes
    {
        private readonly Lock _gate = new();
        private readonly List<Scope> _scopes = [];

        public IReadOnlyList<Scope> Scopes
        {
            get
            {
                lock (_gate)
                    return [.. _scopes];
            }
        }

        public void Add(Scope scope)
        {
            lock (_gate)
                _scopes.Add(scope);
        }
    }

    private sealed class Scope : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class NotingHandler(Notes notes, Scope scope) : IMessageHandler
    {
        public Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
        {
            notes.Add(scope);
            return Task.CompletedTask;
        }
    }
}
