using Shouldly;

namespace Timestone.Tests.Browser;

/// <summary>Everything that a page of another site can try on a server, done by a real browser.</summary>
public static class Attack
{
    // A body of a Blob without a type has no content type, and needs no preflight; neither does text/plain.
    private const string Script = """
        const bare = text => new Blob([text]);
        const simple = [
          ['POST', '/v1/queues/q/purge?state=pending'],
          ['POST', '/v1/queues/q/redrive'],
          ['POST', '/v1/queues/q/dequeue', bare('{}')],
          ['POST', '/v1/queues/q/dequeue', '{}'],
          ['POST', '/v1/queues/q/messages', bare('{"id":"evil-1"}')],
          ['POST', '/v1/queues/q/messages/a/cancel'],
          ['GET', '/v1/queues/q/messages'],
          ['GET', '/dashboard/'],
        ];
        const json = { 'content-type': 'application/json' };
        const full = [
          ['PUT', '/v1/queues/evil'],
          ['DELETE', '/v1/queues/q'],
          ['POST', '/v1/queues/q/messages', '{"id":"evil-2"}', json],
        ];
        const tries = async request => { try { return await request(); } catch (problem) { return String(problem); } };
        const form = base => new Promise(done => {
          const frame = document.createElement('iframe');
          frame.name = 'frame' + Math.random();
          frame.onload = () => { if (frame.sent) done(); };
          document.body.append(frame);
          const form = document.createElement('form');
          form.method = 'post'; form.enctype = 'text/plain'; form.target = frame.name; form.action = base + '/v1/queues/q/messages';
          const field = document.createElement('input');
          field.name = '{"id":"evil-3","payload":"'; field.value = '"}';
          form.append(field);
          document.body.append(form);
          frame.sent = true;
          form.submit();
        });
        const run = async base => {
          const seen = [];
          for (const [method, path, body] of simple)
            seen.push(await tries(async () => (await fetch(base + path, { method, body, mode: 'no-cors' })).type));
          for (const [method, path, body, headers] of full)
            seen.push(await tries(async () => (await fetch(base + path, { method, body, headers })).type));
          navigator.sendBeacon(base + '/v1/queues/q/purge?state=pending');
          await new Promise(done => { const image = new Image(); image.onload = image.onerror = done; image.src = base + '/v1/queues'; });
          await form(base);
          return seen;
        };
        const rebound = [];
        const runRebound = async () => {
          for (const [method, path, body, headers] of [...simple, ...full, ['GET', '/v1/queues'], ['GET', '/healthz'], ['GET', '/openapi/v1.json']]) {
            const answer = await fetch(path, { method, body, headers });
            rebound.push(answer.status + ' ' + ((await answer.text()).match(/"code":"(\w+)"/) ?? [])[1]);
          }
        };
        onload = async () => {
          const report = { control: await run(CONTROL), target: await run(TARGET) };
          await runRebound();
          await fetch('/report', { method: 'POST', body: JSON.stringify({ ...report, rebound }) });
        };
        """;

    // Some of what is tried first: a start of the browser and all requests take two seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Runs it on a server that has the queue <c>q</c> with the message <c>a</c>, and expects that nothing was changed or read.
    /// </summary>
    public static async Task FailsOnAsync(Uri server)
    {
        using var http = new HttpClient { BaseAddress = server };
        var before = await StateAsync(http);
        before.ShouldContain("\"id\":\"a\"");

        // Another site, where everything that the page tries arrives: the browser does not keep it from any of this.
        await using var control = await ForeignPage.StartAsync(server, "");
        var page =
            $"<body><script>const TARGET = '{server.GetLeftPart(UriPartial.Authority)}', CONTROL = 'http://127.0.0.1:{control.Port}';\n{Script}</script></body>";
        await using var site = await ForeignPage.StartAsync(server, page);
        using (Chromium.Open(site.Url))
        {
            var report = await site.Report.WaitAsync(Patience);
            foreach (var answer in report["rebound"]!.AsArray())
                ((string)answer!).ShouldBe("400 host_not_allowed", report.ToJsonString());
            report["target"]!.AsArray().Count.ShouldBe(report["control"]!.AsArray().Count);
            foreach (var seen in report["target"]!.AsArray())
                ((string)seen!).ShouldBeOneOf("opaque", "TypeError: Failed to fetch");
        }

        (await StateAsync(http)).ShouldBe(before);
        control
            .Received.Count(static request => request.EndsWith("cross-site", StringComparison.Ordinal))
            .ShouldBeGreaterThanOrEqualTo(12, string.Join('\n', control.Received));
    }

    private static async Task<string> StateAsync(HttpClient http) =>
        await http.GetStringAsync("/v1/queues") + await http.GetStringAsync("/v1/queues/q/messages");
}
