using System.Runtime.InteropServices;
using Timestone.Engine;

namespace Timestone.Indexing.Elasticsearch;

/// <summary>
/// Some writes on their way until each is done or rejected. What failed for now is sent again, and only that; so is a request whose outcome
/// is unknown.
/// </summary>
internal sealed class BulkRun(ElasticsearchConnection connection, WriteTargets targets, IEnumerable<BulkWrite> writes)
{
    private List<BulkWrite> _pending = [.. writes];
    private int _maxBytes = connection.Options.MaxBulkBytes;

    /// <summary>The events whose document Elasticsearch will never take.</summary>
    public List<RejectedEvent> Rejected { get; } = [];

    /// <summary>Sends what is pending, once.</summary>
    /// <exception cref="IOException">Not all is done or rejected.</exception>
    public async ValueTask TryAsync(CancellationToken cancellationToken)
    {
        var left = new List<BulkWrite>();
        IOException? failure = null;
        await EnsureHistoricAsync(cancellationToken).ConfigureAwait(false);
        for (var sent = 0; sent < _pending.Count;)
        {
            // Asked for each request, so that no request goes by what was found longer ago than agreed.
            var current = await targets.GetAsync(cancellationToken).ConfigureAwait(false);
            using var body = BulkBody.OfFirst(CollectionsMarshal.AsSpan(_pending)[sent..], current, _maxBytes);
            try
            {
                var problem = Sort(body, await connection.Requests.BulkAsync(body.Lines, cancellationToken).ConfigureAwait(false), left);
                failure = failure is ElasticsearchException { IsTransient: false } ? failure : problem ?? failure;
            }
            catch (ElasticsearchException problem) when (problem.Status == 413)
            {
                // The server, or what stands before it, takes less than we thought.
                if (body.Writes == 1)
                {
                    Rejected.Add(new RejectedEvent(_pending[sent].Event, problem.Message));
                }
                else
                {
                    _maxBytes = Math.Max(1, body.Lines.Length / 2);
                    continue;
                }
            }
            catch (IOException)
            {
                // The rest would meet the same.
                _pending = [.. left, .. _pending[sent..]];
                throw;
            }

            sent += body.Writes;
        }

        _pending = left;
        if (failure is not null)
            throw failure;
    }

    private async ValueTask EnsureHistoricAsync(CancellationToken cancellationToken)
    {
        // Neighbours mostly go to the same index.
        string? last = null;
        foreach (var write in _pending)
        {
            if (write is { Action: BulkAction.Create, Index: { } index } && index != last)
                await connection.Historic.EnsureAsync(last = index, cancellationToken).ConfigureAwait(false);
        }
    }

    // A write is done when each of its items is. One that failed for now is sent whole again: what was done of it stays as it is.
    private ElasticsearchException? Sort(BulkBody body, List<BulkItemResult> results, List<BulkWrite> left)
    {
        if (results.Count != body.Items.Count + body.Guards)
            throw new IOException($"Elasticsearch answered {results.Count} of {body.Items.Count + body.Guards} items of a bulk request.");
        ElasticsearchException? failure = null;
        for (var i = 0; i < body.Items.Count;)
        {
            var write = body.Items[i];
            ElasticsearchException? problem = null;
            string? refusal = null;
            for (; i < body.Items.Count && ReferenceEquals(body.Items[i], write); i++)
            {
                var result = results[i];
                if (result.IsDone)
                    continue;
                if (result.IsRejected)
                    refusal = result.Reason;
                else
                    problem = Failure(result);
            }

            if (refusal is not null)
            {
                Rejected.Add(new RejectedEvent(write.Event, refusal));
            }
            else if (problem is not null)
            {
                left.Add(write);
                failure = failure is { IsTransient: false } ? failure : problem;
            }
        }

        return failure;
    }

    private ElasticsearchException Failure(BulkItemResult result)
    {
        var problem = new ElasticsearchException(
            result.Status,
            result.ErrorType,
            $"Elasticsearch did not take a document: {result.Status}, {result.Reason}"
        );
        if (problem.Type == ElasticsearchException.MissingIndex)
            connection.LookAgain();
        return problem;
    }
}
