using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// Which of several extensions of one lease, made in one millisecond by several callers, was the last. That shows long after:
/// when the lease ends, up to when it lasts, or in the progress that the message keeps.
/// </summary>
internal sealed class Extensions
{
    private readonly Dictionary<(string Id, int Version), List<Extension>> _ofLease = [];
    private readonly Dictionary<string, SortedList<int, Message>> _seen = [];
    private readonly Dictionary<(string Id, int Version), long> _lastsBeyond = [];

    public Extensions(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            foreach (var message in Answers.MessagesIn(step.Answer))
            {
                if (!_seen.TryGetValue(message.Id, out var seen))
                    _seen.Add(message.Id, seen = []);
                seen[message.Version] = message;
                LastsBeyond((message.Id, message.Version), step.Time.Low);
            }

            if (step is { Command: SettleCommand, Answer: IReadOnlyList<MessageResult> settled })
            {
                foreach (var result in settled.Where(static result => result.Duplicate == false))
                    LastsBeyond((result.Id!, result.Version!.Value - 1), step.Time.Low);
            }

            if (step is not { Command: ExtendCommand extend, Answer: IReadOnlyList<MessageResult> results })
                continue;
            foreach (var (item, result) in extend.Items.Zip(results).Where(static one => one.Second.Error is null))
            {
                var lease = (item.Id, result.Version!.Value);
                if (!_ofLease.TryGetValue(lease, out var ofLease))
                    _ofLease.Add(lease, ofLease = []);
                ofLease.Add(new Extension(step, result.LeaseExpiresAt, item.Progress));
            }
        }
    }

    /// <summary>The extensions of which one, as later answers show, came before another.</summary>
    public IEnumerable<(Step First, Step Last)> Order()
    {
        foreach (var ((id, version), all) in _ofLease.Where(static one => one.Value.Count > 1))
        {
            var beyond = DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, _lastsBeyond.GetValueOrDefault((id, version))));
            foreach (var pair in Before(all, one => one.Expires > beyond))
                yield return pair;
            if (!_seen.TryGetValue(id, out var seen) || seen.FirstOrDefault(one => one.Key > version).Value is not { } next)
                continue;
            var expired = next.Version == version + 1 && next.Error == "lease expired";
            var reports = all.FindAll(static one => one.Progress.Kind != PayloadKind.None);
            foreach (
                var pair in Before(expired ? all : [], one => one.Expires == next.UpdatedAt)
                    .Concat(Before(reports, one => one.Progress == next.Progress))
            )
                yield return pair;
        }
    }

    private void LastsBeyond((string, int) lease, long time) => _lastsBeyond[lease] = Math.Max(time, _lastsBeyond.GetValueOrDefault(lease));

    private static IEnumerable<(Step First, Step Last)> Before(List<Extension> extensions, Predicate<Extension> isLast) =>
        extensions.FindAll(isLast) is [var last]
            ? extensions.Where(one => one != last && one.Step.Span.High >= last.Step.Span.Low).Select(one => (one.Step, last.Step))
            : [];

    private sealed record Extension(Step Step, DateTimeOffset? Expires, Payload Progress);
}
