using System.Threading.Channels;
using Timestone.Client;

namespace Timestone.Tests.Client.Support;

/// <summary>A handler of which each run waits for the test to end it.</summary>
internal sealed class ScriptedHandler : IMessageHandler
{
    private readonly Channel<HandlerRun> _runs = Channel.CreateUnbounded<HandlerRun>();

    public int RunsNotSeen => _runs.Reader.Count;

    public Task<HandlerRun> RunAsync() => _runs.Reader.ReadAsync().AsTask().Guarded("a handler's run");

    public Task HandleAsync(MessageContext context, CancellationToken cancellationToken)
    {
        var run = new HandlerRun(context, cancellationToken);
        _runs.Writer.TryWrite(run);
        return run.End;
    }
}
