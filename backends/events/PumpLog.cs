using Microsoft.Extensions.Logging;

namespace Timestone.Events;

/// <summary>What the log says of the way out of the outbox.</summary>
internal static partial class PumpLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The flow of events to {Reader} failed, and begins anew.")]
    public static partial void Failed(ILogger logger, string reader, Exception problem);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The outbox is filling, as {Reader} does not take from it as fast as it should: {Waiting} of {Limit} {Unit} wait. When it is full, the oldest is dropped."
    )]
    public static partial void Filling(ILogger logger, string reader, long waiting, long limit, string unit);

    [LoggerMessage(Level = LogLevel.Information, Message = "The outbox has room again: {Waiting} of {Limit} {Unit} wait ({Reader}).")]
    public static partial void Relaxed(ILogger logger, string reader, long waiting, long limit, string unit);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The outbox was full, and {Dropped} {Unit} of it were dropped before all had read them ({Reader}). Indices are incomplete now until they are rebuilt: 'timestone reindex'."
    )]
    public static partial void Dropped(ILogger logger, string reader, long dropped, string unit);
}
