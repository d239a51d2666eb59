using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Timestone.Api;
using Xunit;

namespace Timestone.Tests.Api;

public sealed class BadInputTests(ApiServer server) : IClassFixture<ApiServer>
{
    private readonly string _queue = $"/v1/queues/{ApiServer.NewQueue()}";

    [Theory]
    [InlineData("""{"prioritty":1}""", "prioritty")]
    [InlineData("""{"Id":"a"}""", "Id")]
    [InlineData("""{"priority":"1"}""", "priority")]
    [InlineData("""{"priority":1.5}""", "priority")]
    [InlineData("""{"priority":9223372036854775808}""", "priority")]
    [InlineData("""{"priority":NaN}""", "priority")]
    [InlineData("""{"leaseSeconds":1e400}""", "leaseSeconds")]
    [InlineData("""{"leaseSeconds":"30"}""", "leaseSeconds")]
    [InlineData("""{"leaseSeconds":0.01}""", "leaseSeconds")]
    [InlineData("""{"deadline":"2026-01-31T12:00:00"}""", "deadline")]
    [InlineData("""{"deadline":"2026-01-31T12:00Z"}""", "deadline")]
    [InlineData("""{"deadline":1769860800000}""", "deadline")]
    [InlineData("""{"priority":1,"priorityOffsetSeconds":-1}""", "priorityOffsetSeconds")]
    [InlineData("""{"priorityOffsetSeconds":"-1h"}""", "priorityOffsetSeconds")]
    [InlineData("""{"id":"a","id":"a"}""", "id")]
    [InlineData("""{"id":7}""", "id")]
    [InlineData("""{"id":"\ud800"}""", "id")]
    [InlineData("""{"id":"a/b"}""", "id")]
    [InlineData("""{"id":""}""", "id")]
    [InlineData("""{"metadata":null}""", "metadata")]
    [InlineData("""{"metadata":{"a":1}}""", "metadata")]
    [InlineData("""{"metadata":{"a":"1","a":"2"}}""", "metadata")]
    [InlineData("""{"metadata":{"a":"\udc00"}}""", "metadata")]
    [InlineData("""{"payloadBase64":"%%%%"}""", "payloadBase64")]
    [InlineData("""{"payload":1,"payloadBase64":"AA=="}""", "payload")]
    [InlineData("""{"payload":[1,}""", "payload")]
    [InlineData("""{"invisibleSeconds":1,"visibleAt":"2026-01-31T12:00:00Z"}""", "visibleAt")]
    [InlineData("""{"messages":[{},{"priority":true}]}""", "messages[1].priority")]
    [InlineData("""{"messages":[{"x":1}]}""", "messages[0].x")]
    [InlineData("""{"messages":[null]}""", "messages[0]")]
    [InlineData("""{"messages":[]}""", "messages")]
    [InlineData("""{"messages":null}""", "messages")]
    [InlineData("""{"messages":{}}""", "messages")]
    [InlineData("""{"messages":[{}],"id":"a"}""", "id")]
    [InlineData("""{"id":"a","messages":[{}]}""", "id")]
    [InlineData("""{"m\u0065ssages":[{}],"id":"a"}""", "id")]
    [InlineData("", null)]
    [InlineData("null", null)]
    [InlineData("[]", null)]
    [InlineData("\"messages\"", null)]
    [InlineData("{", null)]
    [InlineData("{}{}", null)]
    [InlineData("{} // done", null)]
    public async Task A_bad_enqueue_is_refused_and_names_the_field(string body, string? field)
    {
        (await server.PostAsync($"{_queue}/messages", body)).ShouldRefuse(400, "invalid_argument", field);
        (await server.GetAsync($"{_queue}/depth")).Status.ShouldBeOneOf(System.Net.HttpStatusCode.NotFound, System.Net.HttpStatusCode.OK);
        (await server.GetAsync($"{_queue}/depth")).Text.ShouldNotContain("\"count\":1");
    }

    [Theory]
    [InlineData("""{"max":0}""", "max")]
    [InlineData("""{"max":1001}""", "max")]
    [InlineData("""{"max":null}""", "max")]
    [InlineData("""{"waitSeconds":31}""", "waitSeconds")]
    [InlineData("""{"filter":{"a b":"c"}}""", "filter")]
    [InlineData("""{"filter":["a"]}""", "filter")]
    [InlineData("""{"settle":[{"id":"a"}]}""", "settle[0].leaseToken")]
    [InlineData("""{"settle":[{"id":"a","leaseToken":"x","action":"eat"}]}""", "settle[0].action")]
    [InlineData("""{"settle":null}""", "settle")]
    [InlineData("", null)]
    public async Task A_bad_dequeue_is_refused_and_names_the_field(string body, string? field) =>
        (await server.PostAsync($"{_queue}/dequeue", body)).ShouldRefuse(400, "invalid_argument", field);

    [Theory]
    [InlineData(65)]
    [InlineData(100)]
    public async Task A_payload_nested_too_deeply_is_refused_with_the_limit_and_names_the_field(int levels)
    {
        var payload = new string('[', levels) + new string(']', levels);
        var one = await server.PostAsync($"{_queue}/messages", $"{{\"payload\":{payload}}}");
        ((string?)one.ShouldRefuse(400, "invalid_argument", "payload")["detail"]).ShouldBe(
            "JSON may be nested 64 levels deep at the most."
        );
        var many = await server.PostAsync($"{_queue}/messages", $"{{\"messages\":[{{\"payload\":{payload}}}]}}");
        many.ShouldRefuse(400, "invalid_argument", "messages[0].payload");
    }

    [Theory]
    [InlineData("?state=foo", "state")]
    [InlineData("?state=Pending", "state")]
    [InlineData("?state=1", "state")]
    [InlineData("?limit=abc", "limit")]
    [InlineData("?limit=", "limit")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=1001", "limit")]
    [InlineData("?limit=99999999999", "limit")]
    [InlineData("?limit=1&limit=2", "limit")]
    [InlineData("?cursor=nonsense", "cursor")]
    [InlineData("?cursor=%ff", "query")]
    [InlineData("?colour=red", "colour")]
    public async Task A_bad_query_is_refused_and_names_the_parameter(string query, string field)
    {
        await server.OkAsync(HttpMethod.Put, _queue);
        (await server.GetAsync($"{_queue}/messages{query}")).ShouldRefuse(400, "invalid_argument", field);
    }

    [Theory]
    [InlineData("a")]
    [InlineData(":a")]
    [InlineData("")]
    [InlineData("a:1&filter=a:2")]
    [InlineData("a%20b:1")]
    public async Task A_malformed_filter_is_refused(string filter)
    {
        await server.OkAsync(HttpMethod.Put, _queue);
        (await server.GetAsync($"{_queue}/depth?filter={filter}")).ShouldRefuse(400, "invalid_argument", "filter");
    }

    [Theory]
    [InlineData("-a")]
    [InlineData("a%20b")]
    [InlineData("a%2Fb")]
    [InlineData("%C3%A9")]
    [InlineData("%FF")]
    public async Task A_malformed_queue_name_is_refused(string name)
    {
        (await server.GetAsync($"/v1/queues/{name}")).ShouldRefuse(400, "invalid_argument", "queue");
        (await server.PostAsync($"/v1/queues/{name}/messages", "{}")).ShouldRefuse(400, "invalid_argument", "queue");
        (await server.PostAsync($"/v1/queues/{new string('a', 129)}/dequeue", "{}")).ShouldRefuse(400, "invalid_argument", "queue");
    }

    [Theory]
    [InlineData("a%20b")]
    [InlineData("%C3%A9")]
    public async Task A_malformed_id_is_refused(string id)
    {
        await server.OkAsync(HttpMethod.Put, _queue);
        (await server.GetAsync($"{_queue}/messages/{id}")).ShouldRefuse(400, "invalid_argument", "id");
        (await server.PostAsync($"{_queue}/messages/{id}/complete", """{"leaseToken":"x"}""")).ShouldRefuse(400, "invalid_argument", "id");
        (await server.PostAsync($"{_queue}/messages/{id}/redrive")).ShouldRefuse(400, "invalid_argument", "id");
    }

    [Fact]
    public async Task Invalid_UTF_8_is_refused_wherever_it_stands()
    {
        foreach (var template in new[] { """{"payload":"?"}""", """{"id":"?"}""", """{"metadata":{"k":"?"}}""" })
        {
            var bytes = Encoding.ASCII.GetBytes(template);
            bytes[Array.IndexOf(bytes, (byte)'?')] = 0xFF;
            (await server.SendAsync(HttpMethod.Post, $"{_queue}/messages", Json(bytes))).ShouldRefuse(400, "invalid_argument");
        }
    }

    [Fact]
    public async Task Nesting_without_end_is_refused()
    {
        var deep = new string('[', 100_000);
        (await server.PostAsync($"{_queue}/messages", $$"""{"payload":{{deep}}""")).ShouldRefuse(400, "invalid_argument", "payload");
    }

    [Fact]
    public async Task A_payload_larger_than_the_queue_takes_is_refused() =>
        (await server.PostAsync($"{_queue}/messages", $$"""{"payload":"{{new string('x', 256 * 1024)}}"}""")).ShouldRefuse(
            413,
            "payload_too_large",
            "payload"
        );

    [Fact]
    public async Task A_body_larger_than_the_server_takes_is_refused()
    {
        var problem = await RawAsync(
            $"POST {_queue}/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {TimestoneApi.MaxRequestBytes + 1}\r\n\r\n"
        );
        problem.ShouldStartWith("HTTP/1.1 413 ");
        problem.ShouldContain("\"code\":\"payload_too_large\"");
    }

    [Fact]
    public async Task A_queue_that_is_full_says_so()
    {
        await server.OkAsync(HttpMethod.Put, _queue, """{"maxDepth":1}""");
        await server.OkAsync(HttpMethod.Post, $"{_queue}/messages", "{}");
        (await server.PostAsync($"{_queue}/messages", "{}")).ShouldRefuse(429, "queue_full");
    }

    [Theory]
    [InlineData("/messages")]
    [InlineData("/dequeue")]
    [InlineData("/complete")]
    [InlineData("/purge")]
    [InlineData("/messages/a/cancel")]
    public async Task A_body_without_a_content_type_is_refused(string path)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        (await server.SendAsync(HttpMethod.Post, $"{_queue}{path}", content)).ShouldRefuse(415, "invalid_argument");
        var chunked = await RawAsync(
            $"POST {_queue}{path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
        );
        chunked.ShouldStartWith("HTTP/1.1 415 ");
    }

    [Fact]
    public async Task No_body_needs_no_content_type()
    {
        (await server.SendAsync(HttpMethod.Put, _queue)).Status.ShouldBe(System.Net.HttpStatusCode.Created);
        (await server.PostAsync($"{_queue}/redrive")).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        (await server.PostAsync($"{_queue}/dequeue")).ShouldRefuse(400, "invalid_argument");
    }

    [Theory]
    [InlineData("gzip", 415)]
    [InlineData("gzip, identity", 415)]
    [InlineData("identity", 201)]
    public async Task An_encoded_body_is_refused(string encoding, int status)
    {
        using var content = Json("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        var answer = await server.SendAsync(HttpMethod.Post, $"{_queue}/messages", content);
        ((int)answer.Status).ShouldBe(status, answer.Text);
        if (status == 415)
            ((string?)answer.ShouldRefuse(415, "invalid_argument")["detail"])!.ShouldContain("gzip");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Another_content_type_is_refused(string contentType)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        (await server.SendAsync(HttpMethod.Post, $"{_queue}/messages", content)).ShouldRefuse(415, "invalid_argument");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json;charset=UTF-8")]
    [InlineData("Application/JSON; charset=\"utf-8\"")]
    public async Task JSON_is_JSON_however_it_is_spelt(string contentType)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        (await server.SendAsync(HttpMethod.Post, $"{_queue}/messages", content)).Status.ShouldBe(System.Net.HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_a_caller_sent_is_quoted_no_longer_than_a_hundred_characters()
    {
        var name = new string('n', 3000);
        ApiAnswer[] answers =
        [
            await server.PostAsync($"{_queue}/messages", $$"""{"{{name}}":1}"""),
            await server.PostAsync($"{_queue}/messages", $$"""{"{{name}}":1,"{{name}}":1}"""),
            await server.PostAsync($"{_queue}/messages", $$$"""{"metadata":{"{{{name}}}":1}}"""),
            await server.PostAsync($"{_queue}/messages", $$$"""{"metadata":{"{{{name}}}":"1","{{{name}}}":"2"}}"""),
            await server.GetAsync($"/v1/queues?{name}=1"),
            await server.GetAsync($"/v1/queues?limit=1&limit={name}"),
            await server.GetAsync($"{_queue}/depth?filter={name}:1&filter={name}:1"),
            await server.GetAsync($"{_queue}/messages?state={name}"),
            await server.GetAsync($"/{name}"),
            await server.SendAsync(new HttpMethod(name), "/v1/queues"),
        ];
        foreach (var answer in answers)
        {
            ((int)answer.Status).ShouldBeInRange(400, 405);
            ((string?)answer.Json["detail"])!.Length.ShouldBeLessThan(250, answer.Text);
            ((string?)answer.Json["field"] ?? "").Length.ShouldBeLessThanOrEqualTo(101, answer.Text);
        }
    }

    [Fact]
    public async Task Unknown_paths_and_wrong_methods_are_problems_too()
    {
        (await server.GetAsync("/v2/queues")).ShouldRefuse(404, "no_such_route");
        (await server.PostAsync($"{_queue}/messages/a/eat", "{}")).ShouldRefuse(404, "no_such_route");
        (await server.SendAsync(HttpMethod.Delete, $"{_queue}/dequeue")).ShouldRefuse(405, "invalid_argument");
        (await server.PostAsync("/v1/queues", "{}")).ShouldRefuse(405, "invalid_argument");
    }

    [Fact]
    public async Task A_body_in_chunks_is_read_whole()
    {
        var answer = await RawAsync(
            $"POST {_queue}/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n8\r\n{{\"id\":\"a\r\n9\r\n\",\"paylo\"\r\n0\r\n\r\n"
        );
        answer.ShouldStartWith("HTTP/1.1 400 ");
        answer = await RawAsync(
            $"POST {_queue}/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n8\r\n{{\"id\":\"a\r\nd\r\n\",\"payload\":1\r\n1\r\n}}\r\n0\r\n\r\n"
        );
        answer.ShouldStartWith("HTTP/1.1 201 ");
        answer.ShouldContain("\"id\":\"a\"");
        answer.ShouldNotContain("Server:");
    }

    [Fact]
    public async Task A_body_that_breaks_off_changes_nothing()
    {
        await server.OkAsync(HttpMethod.Put, _queue);
        try
        {
            await RawAsync(
                $"POST {_queue}/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"id\":\"a\"}}",
                halfClose: true
            );
        }
        catch (IOException)
        {
            // The server may cut the connection, as there is nobody to answer.
        }

        (await server.GetAsync($"{_queue}/depth")).Text.ShouldBe("""{"count":0}""");
    }

    private static ByteArrayContent Json(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>Sends bytes as they are and reads until the server closes.</summary>
    private async Task<string> RawAsync(string request, bool halfClose = false)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.BaseAddress.Host, server.BaseAddress.Port);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        if (halfClose)
            socket.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
