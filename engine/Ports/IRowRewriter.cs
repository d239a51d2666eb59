namespace Timestone.Engine;

/// <summary>The owner of an open queue, as a compacting journal sees it.</summary>
public interface IRowRewriter
{
    /// <summary>
    /// Commits those of the rows that still exist once more, as they stand, as <see cref="ChangeKind.Rewritten"/>; ends when
    /// they are durable.
    /// </summary>
    Task RewriteAsync(IReadOnlyList<RowKey> rows, CancellationToken cancellationToken = default);
}
