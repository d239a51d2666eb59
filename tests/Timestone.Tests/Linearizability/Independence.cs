using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>
/// Whether it is all the same if a step that can come next does so before or after the others that could: then no other
/// order needs to be tried.
/// </summary>
internal sealed class Independence(QueueModel model)
{
    // Whoever is in between so many others is tried in every order.
    private const int MostOthers = 512;

    /// <summary>Whether the step just done commutes with every step that could have come before it instead.</summary>
    /// <param name="step">The step.</param>
    /// <param name="first">The first of the steps that are not in order yet.</param>
    /// <param name="firstChange">Where its changes begin in <see cref="QueueModel.Changes"/>.</param>
    /// <param name="before">The time before it.</param>
    public bool Holds(Step step, Step? first, int firstChange, long before)
    {
        var later = model.Now > before;
        if (!later && model.Changes.Count == firstChange)
            return true;

        // The queue's time does not go back: a step that may have been earlier, or seen what had not yet fallen due, could not come after.
        if (later && model.Timed.Min is { } due && due.Due.High <= model.Now)
            return false;
        var others = 0;
        for (var other = first; other is not null && other.Span.Low <= step.Span.High; other = other.Next)
        {
            if (++others > MostOthers || (later && other.Time.Low < model.Now) || DependsOn(other, firstChange))
                return false;
        }

        return true;
    }

    private bool DependsOn(Step other, int firstChange)
    {
        for (var i = firstChange; i < model.Changes.Count; i++)
        {
            var (id, before) = model.Changes[i];
            if (other.Messages.Contains(id))
                return true;
            switch (other.Command)
            {
                case DequeueCommand dequeue when Affects(model.Find(id)!, before, dequeue.Request, ((DequeueResult)other.Answer!).Messages):
                    return true;
            }
        }

        return false;
    }

    private bool Affects(Standing after, Standing? before, DequeueRequest request, IReadOnlyList<Message> answered)
    {
        if (
            after.Exclusivity is not null
            && before is not null
            && (before.State == MessageState.Running) != (after.State == MessageState.Running)
        )
            return true;
        if (!after.Given.Metadata.Matches(request.Filter))
            return false;

        // One that is gone was in the way of whatever is worse; one that is new is.
        var isNew = after.State == MessageState.Pending || after.IsTimed;
        if (answered.Count < request.Max)
            return isNew;
        return answered.Any(message =>
            model.Find(message.Id) is not { } known || !(IsBelow(known, after) || (IsBelow(after, known) && !isNew))
        );
    }

    // By priority alone, or by enqueue where it is certain.
    private static bool IsBelow(Standing one, Standing other) =>
        one.Priority.High < other.Priority.Low
        || (one.Priority == other.Priority && one.Priority.IsExact && one.Sequence.High < other.Sequence.Low);
}
