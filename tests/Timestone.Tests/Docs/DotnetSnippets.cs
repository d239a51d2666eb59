using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Timestone.Client;
using Timestone.Hosting;
using Xunit;

namespace Timestone.Tests.Docs;

/// <summary>The snippets of docs/dotnet.md: each in a region that is called as its heading there.</summary>
internal static class DotnetSnippets
{
    public static void AddClient(HostApplicationBuilder builder)
    {
        #region Call a server over HTTP
        builder.Services.AddTimestoneClient(new Uri("http://127.0.0.1:7070"));
        #endregion
    }

    public static void AddClientWithOptions(HostApplicationBuilder builder)
    {
        #region Set the client's options
        builder.Services.AddTimestoneClient(options =>
        {
            options.Addresses = [new("http://a.example:7070"), new("http://b.example:7070")];
            options.RetryFor = TimeSpan.FromMinutes(1);
        });
        #endregion
    }

    public static void AddBoundClient(HostApplicationBuilder builder)
    {
        #region Bind options to configuration
        builder.Services.AddTimestoneClient();
        builder.Services.AddOptions<TimestoneClientOptions>().BindConfiguration("Timestone");
        builder.Services.AddTimestoneWorker<SendEmail>("emails");
        builder.Services.AddOptions<TimestoneWorkerOptions>("emails").BindConfiguration("Timestone:Workers:emails");
        #endregion
    }

    public static void AddClients(HostApplicationBuilder builder)
    {
        #region Call several services
        builder.Services.AddTimestoneClient(new Uri("http://a.example:7070"));
        builder.Services.AddKeyedTimestoneClient("billing", new Uri("http://b.example:7070"));
        builder.Services.AddTimestoneWorker<SendEmail>("emails", client: "billing");
        #endregion
    }

    public static void AddClientBehindProxy(HostApplicationBuilder builder, string token)
    {
        #region Add a token
        builder.Services.AddTimestoneClient(new Uri("https://queues.example.org"));
        builder.Services.AddHttpClient(
            TimestoneClient.HttpClientName,
            http => http.DefaultRequestHeaders.Authorization = new("Bearer", token));
        #endregion
    }

    public static void AddEnqueuer(HostApplicationBuilder builder)
    {
        #region Enqueue
        builder.Services.AddTimestoneEnqueuer<Email>("emails");
        #endregion
    }

    public static async Task EnqueueAsync(ITimestone timestone, CancellationToken cancellationToken)
    {
        #region Enqueue with everything a message has
        await timestone.EnqueueAsync("emails", new NewMessage
        {
            Id = "welcome-17",
            Payload = Payload.FromValue(new Email("ada@example.org"), EmailJson.Default.Email),
            Metadata = Metadata.Of("tenant", "acme"),
            PriorityOffset = PriorityClass.High.Offset,
        }, cancellationToken);
        #endregion
    }

    public static async Task EnqueueBatchAsync(
        ITimestone timestone,
        IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken
    )
    {
        #region Enqueue a batch
        var results = await timestone.EnqueueAsync("emails", messages, cancellationToken);
        foreach (var refused in results.Where(result => result.Error is not null))
            Console.Error.WriteLine($"{refused.Id}: {refused.Error!.Detail}");
        #endregion
    }

    public static async Task<Message?> FindAsync(ITimestone timestone, CancellationToken cancellationToken)
    {
        #region Handle errors
        try
        {
            return await timestone.GetMessageAsync("emails", "welcome-17", cancellationToken);
        }
        catch (TimestoneException problem) when (problem.Code == ErrorCode.MessageNotFound)
        {
            return null;
        }
        #endregion
    }

    public static void AddWorker(HostApplicationBuilder builder)
    {
        #region Register the worker
        builder.Services.AddTimestoneClient(new Uri("http://127.0.0.1:7070"));
        builder.Services.AddTimestoneWorker<SendEmail>("emails", options =>
        {
            options.Concurrency = 8;
            options.Prefetch = 8;
        });
        #endregion
    }

    public static void AddMiddleware(HostApplicationBuilder builder)
    {
        #region Put code around handlers
        builder.Services.AddTimestoneWorker<SendEmail>("emails", options => options.Use(async (context, next, cancellationToken) =>
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TimeSpan.FromMinutes(1));
            try
            {
                await next(limit.Token);
            }
            catch (HttpRequestException problem)
            {
                context.RetryIn(TimeSpan.FromMinutes(5), problem.Message);
            }
        }));
        #endregion
    }

    public static void AddAheadOfTime(HostApplicationBuilder builder)
    {
        #region Trim, and compile ahead of time
        builder.Services.AddTimestoneEnqueuer<Email>("emails", EmailJson.Default.Options);
        builder.Services.AddTimestoneWorker<SendEmail>("emails", options => options.Json = EmailJson.Default.Options);
        #endregion
    }

    public static async Task<string?> ReadAsync(ITimestone timestone, CancellationToken cancellationToken)
    {
        #region Read a result
        var message = await timestone.GetMessageAsync("emails", "welcome-17", cancellationToken);
        return message.State == MessageState.Completed ? message.Result.To(EmailJson.Default.String) : null;
        #endregion
    }

    public static async Task ReportAsync(MessageContext context, int done, int total, CancellationToken cancellationToken)
    {
        #region Report progress
        await context.ReportProgressAsync(Payload.FromText($"{done} of {total} pages"), cancellationToken);
        #endregion
    }

    public static async Task ConsumeAsync(ITimestone timestone, IMailServer mailServer, CancellationToken cancellationToken)
    {
        #region Consume batches yourself
        var batch = await timestone.DequeueAsync(
            "emails", new DequeueRequest { Max = 100, Wait = TimeSpan.FromSeconds(20), Worker = "mailer-1" }, cancellationToken);
        if (batch.Messages.Count == 0)
            return;
        await mailServer.SendAllAsync(batch.Messages, cancellationToken);
        var settled = await timestone.SettleAsync(
            "emails", [.. batch.Messages.Select(message => Settlement.Complete(message.Id, message.LeaseToken!))], cancellationToken);
        #endregion
        Assert.All(settled, static result => Assert.Null(result.Error));
    }

    public static async Task ServeAsync(HostApplicationBuilder builder, string data, CancellationToken cancellationToken)
    {
        #region Run a server in your process
        await using var server = await TimestoneServer.StartAsync(
            new TimestoneServerOptions { Urls = "http://127.0.0.1:0", GrpcUrls = "off", Data = data }, cancellationToken);
        builder.Services.AddSingleton(server.Timestone);
        builder.Services.AddTimestoneWorker<SendEmail>("emails");
        using var host = builder.Build();
        await host.RunAsync(cancellationToken);
        #endregion
    }
}

internal sealed record Email(string To);

#region Enqueue
internal sealed class SignUp(IEnqueuer<Email> emails)
{
    public Task WelcomeAsync(string address, CancellationToken cancellationToken) =>
        emails.EnqueueAsync(new Email(address), cancellationToken);
}
#endregion

#region Trim, and compile ahead of time
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Email))]
[JsonSerializable(typeof(string))]
internal sealed partial class EmailJson : JsonSerializerContext;
#endregion

#region Handle messages with a worker
internal sealed class SendEmail(IMailServer mailServer) : IMessageHandler<Email>
{
    public async Task HandleAsync(Email email, MessageContext context, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(email.To))
            throw new PermanentFailureException("The email has no recipient.");
        context.Result = Payload.FromText(await mailServer.SendAsync(email, cancellationToken));
    }
}
#endregion

/// <summary>What the snippets send emails with.</summary>
internal interface IMailServer
{
    Task<string> SendAsync(Email email, CancellationToken cancellationToken);

    Task SendAllAsync(IReadOnlyList<Message> messages, CancellationToken cancellationToken);
}

/// <summary>Sends nothing, and remembers it.</summary>
internal sealed class RecordingMailServer : IMailServer
{
    private readonly TaskCompletionSource<Email> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Email> FirstSent => _first.Task;

    public Task<string> SendAsync(Email email, CancellationToken cancellationToken)
    {
        _first.TrySetResult(email);
        return Task.FromResult($"sent to {email.To}");
    }

    public Task SendAllAsync(IReadOnlyList<Message> messages, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
            _first.TrySetResult(message.Payload.To(EmailJson.Default.Email)!);
        return Task.CompletedTask;
    }
}
