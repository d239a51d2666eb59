namespace Timestone.Tests.Support;

/// <summary>What <see cref="ReferenceQueue"/> has seen happen, all of it.</summary>
internal sealed class ReferenceStatistics(DateTimeOffset openedAt)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    private readonly List<DateTimeOffset> _enqueued = [];
    private readonly List<DateTimeOffset> _dequeued = [];
    private readonly List<DateTimeOffset> _completed = [];
    private readonly List<DateTimeOffset> _failed = [];
    private readonly List<(DateTimeOffset At, TimeSpan Lateness)> _withDeadline = [];

    public void Enqueued(DateTimeOffset at) => _enqueued.Add(at);

    public void Completed(DateTimeOffset at) => _completed.Add(at);

    public void Failed(DateTimeOffset at) => _failed.Add(at);

    public long Retired { get; set; }

    public long Purged { get; set; }

    public long Bounded { get; set; }

    public void Dequeued(ReferenceMessage message, DateTimeOffset at)
    {
        _dequeued.Add(at);
        if (message.Given.Deadline is { } deadline)
            _withDeadline.Add((at, at - deadline));
    }

    public QueueRates Rates(DateTimeOffset now)
    {
        var seconds = Math.Clamp((now - openedAt).TotalSeconds, 1, Window.TotalSeconds);
        double PerSecond(List<DateTimeOffset> events) => events.Count(at => at > now - Window) / seconds;
        return new QueueRates(PerSecond(_enqueued), PerSecond(_dequeued), PerSecond(_completed), PerSecond(_failed));
    }

    public Lateness Lateness(DateTimeOffset now)
    {
        var recent = _withDeadline.Where(one => one.At > now - Window).ToList();
        var late = recent.Where(one => one.Lateness > TimeSpan.Zero).Select(one => one.Lateness.TotalMilliseconds).ToList();
        return new Lateness
        {
            Dequeued = recent.Count,
            Late = late.Count,
            Mean = TimeSpan.FromMilliseconds(late.Count == 0 ? 0 : late.Average()),
            Max = TimeSpan.FromMilliseconds(late.Count == 0 ? 0 : late.Max()),
        };
    }
}
