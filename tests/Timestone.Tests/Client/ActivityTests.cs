using System.Diagnostics;
using Shouldly;
using Timestone.Client;
using Timestone.Tests.Grpc;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Client;

/// <summary>What a client tells who listens to its activities.</summary>
public sealed class ActivityTests(GrpcServer server) : IClassFixture<GrpcServer>, IDisposable
{
    private readonly string _queue = GrpcServer.NewQueue();
    private readonly List<Activity> _ended = [];
    private ActivityListener? _listener;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _listener?.Dispose();

    [Fact]
    public async Task An_enqueue_that_is_refused_is_an_error_whether_alone_or_in_a_batch()
    {
        Listen();
        using var client = new TimestoneClient(server.Server.BaseAddress);
        await client.EnqueueAsync(_queue, [new NewMessage { Id = "a" }], Cancellation);
        await client.EnqueueAsync(_queue, [new NewMessage(), new NewMessage { Id = "bad id" }], Cancellation);
        _ended.ShouldAllBe(each => each.DisplayName == $"send {_queue}" && each.Kind == ActivityKind.Producer);
        var (one, several) = (_ended[0], _ended[1]);
        (one.Status, one.GetTagItem("messaging.message.id")).ShouldBe((ActivityStatusCode.Unset, "a"));
        (several.Status, several.GetTagItem("error.type")).ShouldBe((ActivityStatusCode.Error, "InvalidArgument"));
        several.GetTagItem("messaging.batch.message_count").ShouldBe(2);
    }

    [Fact]
    public async Task A_message_that_fails_is_an_error_and_one_that_is_given_back_is_not()
    {
        using var client = new TimestoneClient(server.Server.BaseAddress);
        await client.EnqueueAsync(_queue, [.. new[] { "done", "back", "failed" }.Select(static id => new NewMessage { Id = id })], Cancellation);
        Listen();
        using var worker = new TimestoneWorker(client, _queue, new Handler(), new TimestoneWorkerOptions { Concurrency = 1 });
        await worker.StartAsync(Cancellation);
        await Eventually.BeAsync(() =>
        {
            lock (_ended)
                return Task.FromResult(_ended.Count(static each => each.Kind == ActivityKind.Consumer) >= 3);
        });
        await worker.StopAsync(Cancellation);
        ActivityStatusCode Of(string id) => _ended.Find(each => (string?)each.GetTagItem("messaging.message.id") == id)!.Status;
        (Of("done"), Of("back"), Of("failed")).ShouldBe((ActivityStatusCode.Unset, ActivityStatusCode.Unset, ActivityStatusCode.Error));
        _ended.ShouldContain(each => each.DisplayName == $"process {_queue}" && each.StatusDescription == "no luck");
    }

    private void Listen()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == TimestoneClient.TelemetryName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                // Other tests have clients, too.
                if (!activity.DisplayName.EndsWith(_queue, StringComparison.Ordinal))
                    return;
                lock (_ended)
                    _ended.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private sealed class Handler : IMessageHandler
    {
        public Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
        {
            if (context.Id == "back")
                context.Release(TimeSpan.FromHours(1));
            else if (context.Id == "failed")
                context.Fail("no luck");
            return Task.CompletedTask;
        }
    }
}
