using Google.Protobuf.WellKnownTypes;

namespace Timestone.Grpc;

/// <summary>Times and durations.</summary>
internal static class Times
{
    public static Timestamp? ToProto(this DateTimeOffset? time) => time is { } given ? Timestamp.FromDateTimeOffset(given) : null;

    public static Timestamp ToProto(this DateTimeOffset time) => Timestamp.FromDateTimeOffset(time);

    public static Duration? ToProto(this TimeSpan? duration) => duration is { } given ? Duration.FromTimeSpan(given) : null;

    public static Duration ToProto(this TimeSpan duration) => Duration.FromTimeSpan(duration);

    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: it is out of the range of timestamps.</exception>
    public static DateTimeOffset? ToTime(this Timestamp? time, string field)
    {
        try
        {
            return time?.ToDateTimeOffset();
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException)
        {
            throw Validation.Invalid(field, $"{field} must be a time of the years 1 to 9999, with nanoseconds of 0 to 999999999.");
        }
    }

    /// <exception cref="TimestoneException"><see cref="ErrorCode.InvalidArgument"/>: seconds and nanoseconds contradict each other, or are
    /// out of the range of durations.</exception>
    public static TimeSpan? ToSpan(this Duration? duration, string field)
    {
        try
        {
            return duration?.ToTimeSpan();
        }
        catch (Exception problem) when (problem is InvalidOperationException or OverflowException)
        {
            throw Validation.Invalid(
                field,
                $"{field} must be a duration of at most 10000 years, its nanoseconds fewer than a second and of the same sign as its seconds."
            );
        }
    }
}
