using System.CommandLine;

namespace Timestone.Cli;

/// <summary>A queue's settings as options, for creating and for updating one.</summary>
internal sealed class SettingsOptions
{
    private readonly Option<TimeSpan?> _lease = CommonOptions.Duration("--lease", "How long a consumer holds a message by default (30s).");
    private readonly Option<TimeSpan?> _invisible = CommonOptions.Duration(
        "--invisible",
        "How long a new message stays invisible by default (0)."
    );
    private readonly Option<int?> _maxAttempts = CommonOptions.Number<int>(
        "--max-attempts",
        "How often a message is tried before it is errored (16)."
    );
    private readonly Option<BackoffKind?> _backoff = CommonOptions.Name<BackoffKind>(
        "--backoff",
        "How the wait between attempts grows (exponential)."
    );
    private readonly Option<TimeSpan?> _backoffInitial = CommonOptions.Duration(
        "--backoff-initial",
        "The wait after the first attempt (2s)."
    );
    private readonly Option<TimeSpan?> _backoffMax = CommonOptions.Duration("--backoff-max", "The longest wait between attempts (10m).");
    private readonly Option<TimeSpan?> _retention = CommonOptions.Duration(
        "--retention",
        "How long completed and canceled messages are kept (1h)."
    );
    private readonly Option<TimeSpan?> _erroredRetention = CommonOptions.Duration(
        "--errored-retention",
        "How long errored messages are kept (14d)."
    );
    private readonly Option<long?> _maxErrored = CommonOptions.Number<long>(
        "--max-errored",
        "How many errored messages are kept, the oldest going first; 0 means no limit (1000000)."
    );
    private readonly Option<long?> _maxDepth = CommonOptions.Number<long>(
        "--max-depth",
        "How many messages the queue takes at once; 0 means no limit (0)."
    );
    private readonly Option<int?> _maxPayloadBytes = CommonOptions.Number<int>(
        "--max-payload-bytes",
        "The largest payload (262144).",
        "bytes"
    );
    private readonly Option<bool?> _publishPayloads = new("--publish-payloads")
    {
        Description = "Whether events and histories tell payloads (false).",
        HelpName = "true|false",
    };

    public SettingsOptions(Command command)
    {
        foreach (var option in All)
            command.Add(option);
    }

    private Option[] All =>
        [
            _lease,
            _invisible,
            _maxAttempts,
            _backoff,
            _backoffInitial,
            _backoffMax,
            _retention,
            _erroredRetention,
            _maxErrored,
            _maxDepth,
            _maxPayloadBytes,
            _publishPayloads,
        ];

    public bool AnyGiven(Call call) => All.Any(call.Has);

    /// <summary>What was given, as a change.</summary>
    public QueueSettingsPatch Read(Call call) => new()
    {
        Lease = call.Get(_lease),
        Invisible = call.Get(_invisible),
        MaxAttempts = call.Get(_maxAttempts),
        Backoff = new() { Kind = call.Get(_backoff), Initial = call.Get(_backoffInitial), Max = call.Get(_backoffMax) },
        Retention = call.Get(_retention),
        ErroredRetention = call.Get(_erroredRetention),
        MaxErrored = call.Get(_maxErrored),
        MaxDepth = call.Get(_maxDepth),
        MaxPayloadBytes = call.Get(_maxPayloadBytes),
        PublishPayloads = call.Get(_publishPayloads),
    };
}
