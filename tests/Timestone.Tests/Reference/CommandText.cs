using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Timestone.Json;

namespace Timestone.Tests.Reference;

/// <summary>Commands and answers as text for a failure's report: the wire format, as it is known and complete.</summary>
internal static class CommandText
{
    public static string Of(Command command) =>
        command switch
        {
            EnqueueCommand enqueue => $"enqueue {Each(enqueue.Messages, TimestoneJson.Default.NewMessage)}",
            DequeueCommand dequeue => $"dequeue {Json(dequeue.Request, TimestoneJson.Default.DequeueRequest)}",
            SettleCommand settle => $"settle {Each(settle.Items, TimestoneJson.Default.Settlement)}",
            ExtendCommand extend => $"extend {Each(extend.Items, TimestoneJson.Default.LeaseExtension)}",
            WatchCommand watch => $"watch {Each(watch.Leases, TimestoneJson.Default.LeaseReference)}",
            CancelCommand cancel => $"cancel {Each(cancel.Items, TimestoneJson.Default.Cancellation)}",
            RedriveCommand redrive => $"redrive {redrive.Id}",
            RedriveAllCommand => "redrive all",
            PurgeCommand purge => $"purge {purge.State?.ToString() ?? "all"}",
            SweepCommand { Number: var number, StepSize: var size } sweep =>
                $"sweep {number} goes on, or begins to {(sweep.Redrives ? "redrive" : "purge")} {sweep.State?.ToString() ?? "all"}, {size} a step",
            EndSweepCommand end => $"sweep {end.Number} ends",
            UpdateCommand update => $"update {Json(update.Patch, TimestoneJson.Default.QueueSettingsPatch)}",
            DeleteCommand => "delete",
            GetCommand get => $"get {get.Id}",
            ListCommand list => $"list {list.State?.ToString() ?? "all"}, {list.Limit} a page",
            DepthCommand depth => $"depth {depth.State?.ToString() ?? "all"} {{{depth.Filter}}}",
            StatsCommand => "stats",
            _ => command.GetType().Name,
        };

    public static string Of(object answer) => answer switch
    {
        IReadOnlyList<MessageResult> results => Each(results, TimestoneJson.Default.MessageResult),
        MessageResult result => Json(result, TimestoneJson.Default.MessageResult),
        DequeueResult result => Json(result, TimestoneJson.Default.DequeueResult),
        Message message => Json(message, TimestoneJson.Default.Message),
        IReadOnlyList<Message> messages => Each(messages, TimestoneJson.Default.Message),
        QueueSettings settings => Json(settings, TimestoneJson.Default.QueueSettings),
        QueueStats stats => Json(stats, TimestoneJson.Default.QueueStats),
        TimestoneError error => Json(error, TimestoneJson.Default.TimestoneError),
        _ => $"{answer}",
    };

    private static string Json<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);

    private static string Each<T>(IEnumerable<T> values, JsonTypeInfo<T> type) =>
        $"[{string.Join(", ", values.Select(value => Json(value, type)))}]";
}
