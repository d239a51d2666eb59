using Orleans.Streams;

namespace Timestone.Orleans.Tests.Streams;

/// <summary>What a pulling agent does with a cursor.</summary>
internal static class QueueCacheCursorExtensions
{
    /// <summary>Goes on; false when there is nothing more.</summary>
    public static bool Advance(this IQueueCacheCursor cursor) => cursor.MoveNextWithResult().Kind == QueueCacheCursorMoveResultKind.Success;
}
