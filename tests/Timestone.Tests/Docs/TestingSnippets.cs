using Timestone.Client;
using Timestone.Testing;
using Xunit;

namespace Timestone.Tests.Docs;

/// <summary>The snippets of docs/testing.md: each in a region that is called as its heading there.</summary>
internal static class TestingSnippets
{
    public static async Task TestWorkerAsync()
    {
        #region Test a worker
        await using var service = new TimestoneTestService();
        var email = new Email("ada@example.org");
        await service.Timestone.EnqueueAsync(
            "emails", new NewMessage { Id = "welcome-17", Payload = Payload.FromValue(email, EmailJson.Default.Email) });

        var mailServer = new RecordingMailServer();
        using var worker = new TimestoneWorker(service.Timestone, "emails", new SendEmail(mailServer));
        await worker.StartAsync(CancellationToken.None);
        await service.UntilAsync("emails", "welcome-17", MessageState.Completed);
        await worker.StopAsync(CancellationToken.None);

        Assert.Equal(email, await mailServer.FirstSent);
        #endregion
    }

    public static async Task PassTimeAsync(TimestoneTestService service)
    {
        #region Let time pass
        await service.Timestone.EnqueueAsync("emails", new NewMessage { Id = "later", Invisible = TimeSpan.FromHours(1) });
        await service.AdvanceAsync(TimeSpan.FromHours(1));
        var later = await service.Timestone.GetMessageAsync("emails", "later");
        Assert.Equal(MessageState.Pending, later.State);
        #endregion
    }

    public static async Task TestRetriesAsync(IMessageHandler handler)
    {
        #region Test retries
        await using var service = new TimestoneTestService(new QueueSettings { MaxAttempts = 2 });
        await service.Timestone.EnqueueAsync(
            "emails", new NewMessage { Id = "welcome-17", Payload = Payload.FromJson("""{"to":"ada@example.org"}""") });
        using var worker = new TimestoneWorker(service.Timestone, "emails", handler);
        await worker.StartAsync(CancellationToken.None);

        await service.UntilAsync("emails", "welcome-17", MessageState.Invisible);
        await service.AdvanceAsync(TimeSpan.FromMinutes(1));
        var message = await service.UntilAsync("emails", "welcome-17", MessageState.Errored);
        Assert.Equal((2, "The mail server is down."), (message.Attempt, message.Error));
        await worker.StopAsync(CancellationToken.None);
        #endregion
    }
}
