using Timestone.Tests.Api;
using Timestone.Tests.Support;
using Xunit;

namespace Timestone.Tests.Browser;

/// <summary>What a web page elsewhere can do to a server on the machine of whoever looks at the page.</summary>
[Slow]
public sealed class WebPageTests(ApiServer server) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_page_of_another_site_changes_nothing_and_reads_nothing()
    {
        await server.OkAsync(HttpMethod.Post, "/v1/queues/q/messages", """{"id":"a"}""");
        await Attack.FailsOnAsync(server.BaseAddress);
    }
}
