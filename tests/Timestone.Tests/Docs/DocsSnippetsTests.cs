using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Timestone.Client;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Memory;
using Timestone.Testing;
using Timestone.Tests.Cli;
using Timestone.Tests.Client.Support;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Docs;

/// <summary>That docs/dotnet.md and docs/testing.md are true: their snippets are compiled here, and do what the pages say.</summary>
public sealed partial class DocsSnippetsTests
{
    [Fact]
    public void Each_snippet_of_the_page_is_compiled_and_each_compiled_one_is_on_the_page() => AreThoseOf(
        "dotnet.md",
        [
            .. Regions("Docs/DotnetSnippets.cs"),
            new Snippet("A whole program", Unindented(File.ReadAllText(PathOf("Docs/Mailer.cs")))),
            new Snippet("Call a cluster of silos", Unindented(File.ReadAllText(PathOf("Docs/ClusterMailer.cs")))),
        ]
    );

    [Fact]
    public void Each_snippet_of_the_page_for_tests_is_compiled_and_each_compiled_one_is_on_the_page() =>
        AreThoseOf("testing.md", [.. Regions("Docs/TestingSnippets.cs")]);

    [Fact]
    public async Task The_tests_on_the_page_for_tests_pass()
    {
        await TestingSnippets.TestWorkerAsync();
        await TestingSnippets.TestRetriesAsync(new Failing());
        await using var service = new TimestoneTestService();
        await TestingSnippets.PassTimeAsync(service);
    }

    [Fact]
    public async Task A_program_enqueues_over_HTTP_and_its_worker_sends()
    {
        await using var server = await StartAsync();
        using var client = new TimestoneClient(server.BaseAddress);
        await DotnetSnippets.EnqueueAsync(client, CancellationToken.None);

        // The address of the snippet is another one: who has an ITimestone already keeps it.
        var mailServer = new RecordingMailServer();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<ITimestone>(client).AddSingleton<IMailServer>(mailServer);
        DotnetSnippets.AddWorker(builder);
        using var host = builder.Build();
        await host.StartAsync();
        (await mailServer.FirstSent.Guarded("an email")).ShouldBe(new Email("ada@example.org"));
        await host.StopAsync();

        var message = (await DotnetSnippets.FindAsync(client, CancellationToken.None)).ShouldNotBeNull();
        (message.State, message.Result).ShouldBe((MessageState.Completed, Payload.FromText("sent to ada@example.org")));
    }

    [Fact]
    public async Task The_whole_program_enqueues_and_handles_a_message()
    {
        await using var server = await StartAsync();
        var started = new TaskCompletionSource<Process>();
        var running = Processes.RunBuiltAsync("Mailer.dll", ["--server", server.BaseAddress.ToString()], started.SetResult);
        var program = await started.Task;
        await Eventually.BeAsync(async () => running.IsCompleted || await IsCompletedAsync(server.Timestone));
        await Processes.RunAsync("kill", ["-TERM", program.Id.ToString(CultureInfo.InvariantCulture)]);

        var outcome = await running.Guarded("the end of the program");
        outcome.Code.ShouldBe(0, outcome.Error);
        outcome.Out.ShouldContain("Sending welcome-19 to ada@example.org.");

        static async Task<bool> IsCompletedAsync(ITimestone timestone) =>
            (await timestone.ListQueuesAsync()).Queues.Count > 0
            && (await timestone.GetMessageAsync("emails", "welcome-19")) is { State: MessageState.Completed };
    }

    [Fact]
    public async Task A_message_without_a_recipient_is_errored_at_once()
    {
        await using var server = await StartAsync();
        await DotnetSnippets.EnqueueBatchAsync(
            server.Timestone,
            [new NewMessage { Id = "nobody", Payload = Payload.FromValue(new Email(""), EmailJson.Default.Email) }],
            CancellationToken.None
        );
        using var worker = new TimestoneWorker(server.Timestone, "emails", new SendEmail(new RecordingMailServer()));
        await worker.StartAsync(CancellationToken.None);
        await Eventually.BeAsync(async () => (await server.Timestone.GetMessageAsync("emails", "nobody")).State == MessageState.Errored);
        await worker.StopAsync(CancellationToken.None);
        (await server.Timestone.GetMessageAsync("emails", "nobody")).Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task A_batch_is_consumed()
    {
        await using var server = await StartAsync();
        await DotnetSnippets.EnqueueAsync(server.Timestone, CancellationToken.None);
        await DotnetSnippets.ConsumeAsync(server.Timestone, new RecordingMailServer(), CancellationToken.None);
        (await DotnetSnippets.FindAsync(server.Timestone, CancellationToken.None)).ShouldNotBeNull().State.ShouldBe(MessageState.Completed);
    }

    [Fact]
    public async Task What_is_not_there_is_answered_as_null()
    {
        await using var server = await StartAsync();
        await server.Timestone.CreateQueueAsync("emails", new QueueSettings());
        (await DotnetSnippets.FindAsync(server.Timestone, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_program_with_a_server_of_its_own_works_on_what_is_in_its_data()
    {
        using var data = new TemporaryDirectory();
        var options = new TimestoneServerOptions { Urls = "http://127.0.0.1:0", GrpcUrls = "off", Data = data.Path };
        await using (var before = await TimestoneServer.StartAsync(options))
            await DotnetSnippets.EnqueueAsync(before.Timestone, CancellationToken.None);

        var mailServer = new RecordingMailServer();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IMailServer>(mailServer);
        using var stop = new CancellationTokenSource();
        var program = DotnetSnippets.ServeAsync(builder, data.Path, stop.Token);
        await await Task.WhenAny(program, mailServer.FirstSent).Guarded("an email");
        await stop.CancelAsync();
        await program.Guarded("the end of the program");

        await using var after = await TimestoneServer.StartAsync(options);
        (await DotnetSnippets.FindAsync(after.Timestone, CancellationToken.None)).ShouldNotBeNull().State.ShouldBe(MessageState.Completed);
    }

    [Fact]
    public async Task Progress_is_told()
    {
        await using var server = await StartAsync();
        await server.Timestone.EnqueueAsync("emails", new NewMessage { Id = "welcome-17" });
        var reported = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var worker = new TimestoneWorker(server.Timestone, "emails", new Reporting(reported));
        await worker.StartAsync(CancellationToken.None);
        await reported.Task.Guarded("a report");
        await worker.StopAsync(CancellationToken.None);
        (await server.Timestone.GetMessageAsync("emails", "welcome-17")).Progress.ShouldBe(Payload.FromText("1 of 2 pages"));
    }

    [Fact]
    public void The_clients_of_the_page_can_be_made()
    {
        foreach (
            var add in new Action<HostApplicationBuilder>[]
            {
                DotnetSnippets.AddClient,
                DotnetSnippets.AddClientWithOptions,
                DotnetSnippets.AddBoundClient,
                DotnetSnippets.AddClients,
                builder => DotnetSnippets.AddClientBehindProxy(builder, "token"),
            }
        )
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            add(builder);
            using var host = builder.Build();
            host.Services.GetRequiredService<ITimestone>().ShouldBeOfType<TimestoneClient>();
        }
    }

    private static void AreThoseOf(string file, IReadOnlyList<Snippet> compiled)
    {
        var page = Snippets(File.ReadAllText(PathOf(file)), Fence()).ToList();
        page.ShouldNotBeEmpty();
        foreach (var snippet in page)
            compiled.ShouldContain(snippet, $"No region has the snippet of '{snippet.Name}' as it stands in docs/{file}.");
        foreach (var snippet in compiled)
            page.ShouldContain(snippet, $"docs/{file} has no snippet like the region '{snippet.Name}'.");
    }

    private static Task<TimestoneServer> StartAsync() => TimestoneServer.StartAsync(new TimestoneServerOptions
    {
        Urls = "http://127.0.0.1:0",
        GrpcUrls = "off",
        OpenJournal = static _ => Task.FromResult<IJournal>(new MemoryJournal()),
    });

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private static IEnumerable<Snippet> Regions(string file) => Snippets(File.ReadAllText(PathOf(file)), Region());

    // On the page a snippet is called as the last heading before it.
    private static IEnumerable<Snippet> Snippets(string text, Regex pattern)
    {
        var name = "";
        foreach (Match match in pattern.Matches(text))
        {
            if (match.Groups["name"].Success)
                name = match.Groups["name"].Value.Trim();
            if (match.Groups["code"].Success)
                yield return new Snippet(name, Unindented(match.Groups["code"].Value));
        }
    }

    private static string Unindented(string code) => string.Join('\n', code.Trim().Split('\n').Select(static line => line.Trim()));

    [GeneratedRegex("^#+ (?<name>[^\n]*)$|^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^ *#region (?<name>[^\n]*)\n(?<code>.*?)^ *#endregion", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();

    private sealed record Snippet(string Name, string Code);

    private sealed class Failing : IMessageHandler
    {
        public Task HandleAsync(MessageContext context, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The mail server is down.");
    }

    private sealed class Reporting(TaskCompletionSource reported) : IMessageHandler
    {
        public async Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
        {
            await DotnetSnippets.ReportAsync(context, 1, 2, cancellationToken);
            reported.SetResult();
        }
    }
}
