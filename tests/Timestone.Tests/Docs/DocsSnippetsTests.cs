using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Timestone.Client;
using Timestone.Engine;
using Timestone.Hosting;
using Timestone.Journals.Memory;
using Timestone.Tests.Cli;
using Timestone.Tests.Client.Support;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Docs;

/// <summary>That docs/dotnet.md is true: its snippets are those that are compiled here, and they do what it says.</summary>
public sealed partial class DocsSnippetsTests
{
    [Fact]
    public void Each_snippet_of_the_page_is_compiled_and_each_compiled_one_is_on_the_page()
    {
        var page = Snippets(File.ReadAllText(PathOf("dotnet.md")), Fence()).ToList();
        var compiled = new[] { "Docs/DotnetSnippets.cs", "Docs/OrleansSnippets.cs" }
            .SelectMany(static file => Snippets(File.ReadAllText(PathOf(file)), Region()))
            .Append(new Snippet("A whole program", Unindented(File.ReadAllText(PathOf("Docs/Mailer.cs")))))
            .ToList();
        page.ShouldNotBeEmpty();
        foreach (var snippet in page)
            compiled.ShouldContain(snippet, $"No region has the snippet of '{snippet.Name}' as it stands in docs/dotnet.md.");
        foreach (var snippet in compiled)
            page.ShouldContain(snippet, $"docs/dotnet.md has no snippet like the region '{snippet.Name}'.");
    }

    [Fact]
    public Task The_test_on_the_page_passes() => DotnetSnippets.TestAsync();

    [Fact]
    public Task Time_passes_when_a_test_says_so() => DotnetSnippets.PassTimeAsync(new FakeTimeProvider());

    [Fact]
    public async Task A_program_enqueues_over_HTTP_and_its_worker_sends()
    {
        await using var server = await StartAsync();
        using var client = new TimestoneClient(server.BaseAddress);
        await DotnetSnippets.EnqueueAsync(client, DateTimeOffset.UtcNow, CancellationToken.None);

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
        await DotnetSnippets.EnqueueAsync(server.Timestone, DateTimeOffset.UtcNow, CancellationToken.None);
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
        var options = new TimestoneServerOptions { Urls = "http://127.0.0.1:0", Data = data.Path };
        await using (var before = await TimestoneServer.StartAsync(options))
            await DotnetSnippets.EnqueueAsync(before.Timestone, DateTimeOffset.UtcNow, CancellationToken.None);

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
        foreach (var add in new Action<HostApplicationBuilder>[] { DotnetSnippets.AddClient, DotnetSnippets.AddClientWithOptions })
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            add(builder);
            using var host = builder.Build();
            host.Services.GetRequiredService<ITimestone>().ShouldBeOfType<TimestoneClient>();
        }
    }

    private static Task<TimestoneServer> StartAsync() => TimestoneServer.StartAsync(new TimestoneServerOptions
    {
        Urls = "http://127.0.0.1:0",
        OpenJournal = static _ => Task.FromResult<IJournal>(new MemoryJournal()),
    });

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, file);

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

    private sealed class Reporting(TaskCompletionSource reported) : IMessageHandler
    {
        public async Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
        {
            await DotnetSnippets.ReportAsync(context, 1, 2, cancellationToken);
            reported.SetResult();
        }
    }
}
