using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Shouldly;
using Timestone.Api;
using Xunit;

namespace Timestone.Tests.Api;

public sealed class BodyTests
{
    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData((64 * 1024) + 1, false)]
    [InlineData(10_000_000, false)]
    public async Task Only_a_small_body_is_parsed_on_the_thread_that_received_it(int bytes, bool here)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = "application/json";
        context.Features.Set<IRequestBodyPipeFeature>(new Received(PipeReader.Create(new(new byte[bytes]))));
        var parsedOn = await OnThreadAsync(() =>
            Body.ReadAsync(context, static _ => Thread.CurrentThread.IsThreadPoolThread ? "pool" : "socket").AsTask()
        );
        parsedOn.ShouldBe(here ? "socket" : "pool");
    }

    // As a thread that polls sockets: none of the pool.
    private static async Task<string> OnThreadAsync(Func<Task<string>> work)
    {
        var begun = new TaskCompletionSource<Task<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => begun.SetResult(work())) { IsBackground = true }.Start();
        return await await begun.Task;
    }

    private sealed class Received(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }
}
