using Timestone.Tests.Reference;

namespace Timestone.Tests.Conformance.Subjects;

/// <summary>The naive reference. It never forgets, so that there is nothing to restart.</summary>
public sealed class ReferenceSubject : ConformanceSubject
{
    private ReferenceTimestone? _service;

    public override ITimestone Service => _service!;

    public override bool PurgesAtOnce => true;

    public override Task StartAsync(QueueSettings? defaults)
    {
        _service = new ReferenceTimestone(Clock, defaults);
        return Task.CompletedTask;
    }

    public override Task RestartAsync() => Task.CompletedTask;

    public override ValueTask DisposeAsync()
    {
        _service?.Dispose();
        return ValueTask.CompletedTask;
    }
}
