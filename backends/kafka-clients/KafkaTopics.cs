using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Timestone.Resilience;
using KafkaErrorCode = Confluent.Kafka.ErrorCode;

namespace Timestone.Kafka.Clients;

/// <summary>Looks after topics, through the connections of another client.</summary>
internal sealed class KafkaTopics(KafkaOptions options, ILogger logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);
    private int _isTold;

    /// <summary>Notes that a topic is there: were it missing later, it would have been deleted.</summary>
    public void Saw(string topic) => _seen.TryAdd(topic, true);

    /// <summary>Creates those that are missing.</summary>
    /// <exception cref="IOException">The brokers cannot be asked now, or a topic is missing and cannot be created.</exception>
    public async Task EnsureAsync(Handle client, IEnumerable<string> topics, CancellationToken cancellationToken)
    {
        using var admin = new DependentAdminClientBuilder(client).Build();
        // Asked for by name, a missing topic might be created by the brokers with their own settings.
        var present = await AskAsync(() => admin.GetMetadata(Timeout).Topics, cancellationToken).ConfigureAwait(false);
        var there = present.Where(static topic => !topic.Error.IsError).Select(static topic => topic.Topic).ToHashSet();
        foreach (var topic in topics)
        {
            if (!there.Contains(topic))
                await CreateAsync(admin, topic).ConfigureAwait(false);
            Saw(topic);
        }
    }

    /// <summary>
    /// Which topics these are: Kafka's own id of each, which tells one that was deleted and created again. Topics whose ids Kafka does not
    /// tell are left out, which the log says once: the brokers are older than 2.8, or do not let this client ask. Topics that are missing
    /// are created; they are not known everywhere at once.
    /// </summary>
    /// <exception cref="IOException">The brokers cannot be asked now, or a topic was missing: it has just been created, or cannot
    /// be.</exception>
    public async Task<Dictionary<string, string>> IdentifyAsync(
        IAdminClient admin,
        IReadOnlyCollection<string> topics,
        CancellationToken cancellationToken
    )
    {
        List<TopicDescription> found = [];
        string? refusal = null;
        try
        {
            found = await DescribeAsync(admin, topics, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException problem) when (problem.InnerException is KafkaException refused && IsRefused(refused))
        {
            refusal = problem.Message;
            await EnsureAsync(admin.Handle, topics, cancellationToken).ConfigureAwait(false);
        }

        var ids = found.Where(static topic => topic.TopicId is { } id && (id.MostSignificantBits, id.LeastSignificantBits) != default)
            .ToDictionary(static topic => topic.Name, static topic => topic.TopicId.ToString());
        if (ids.Count < topics.Count && Interlocked.Exchange(ref _isTold, 1) == 0)
            KafkaLog.NoIds(logger, topics, refusal ?? "The brokers are older than 2.8.");
        return ids;
    }

    /// <summary>
    /// Describes topics: their ids, if the brokers know of such, and their partitions. Topics that are missing are created.
    /// </summary>
    /// <exception cref="IOException">The brokers cannot be asked now, or a topic was missing: it has just been created, or cannot
    /// be.</exception>
    public async Task<List<TopicDescription>> DescribeAsync(
        IAdminClient admin,
        IReadOnlyCollection<string> topics,
        CancellationToken cancellationToken
    )
    {
        List<TopicDescription> found;
        try
        {
            found = (
                await admin
                    .DescribeTopicsAsync(TopicCollection.OfTopicNames(topics), new DescribeTopicsOptions { RequestTimeout = Timeout })
                    .ConfigureAwait(false)
            ).TopicDescriptions;
        }
        catch (DescribeTopicsException problem)
        {
            found = problem.Results.TopicDescriptions;
            if (found.Find(static topic => topic.Error.IsError && topic.Error.Code != KafkaErrorCode.UnknownTopicOrPart) is { } refused)
                throw new IOException($"Kafka does not tell of its topic {refused.Name}: {refused.Error.Reason}", problem);
        }
        catch (KafkaException problem)
        {
            throw new IOException($"Kafka cannot be reached. {problem.Error.Reason}", problem);
        }

        var isMissing = false;
        foreach (var topic in found)
        {
            if (topic.Error.IsError)
                isMissing = true;
            else
                Saw(topic.Name);
        }

        if (!isMissing)
            return found;
        await EnsureAsync(admin.Handle, topics, cancellationToken).ConfigureAwait(false);
        throw new ToldException(new IOException("Topics of Kafka were missing and have just been created."));
    }

    /// <summary>How many partitions a topic has.</summary>
    /// <exception cref="IOException">The brokers cannot be asked now.</exception>
    public static async Task<int> CountPartitionsAsync(Handle client, string topic, CancellationToken cancellationToken)
    {
        using var admin = new DependentAdminClientBuilder(client).Build();
        var found = await AskAsync(() => admin.GetMetadata(topic, Timeout).Topics.Single(), cancellationToken).ConfigureAwait(false);
        return !found.Error.IsError && found.Partitions.Count > 0
            ? found.Partitions.Count
            : throw new IOException($"The partitions of Kafka's topic {topic} are not known now: {found.Error.Reason}");
    }

    /// <summary>
    /// How many bytes each of some topics takes at once: a batch of records, compressed. Null where the brokers do not say.
    /// </summary>
    public static async Task<int?> MostBytesAsync(Handle client, IEnumerable<string> topics)
    {
        using var admin = new DependentAdminClientBuilder(client).Build();
        try
        {
            var found = await admin
                .DescribeConfigsAsync(
                    topics.Select(static topic => new ConfigResource { Type = ResourceType.Topic, Name = topic }),
                    new DescribeConfigsOptions { RequestTimeout = Glance }
                )
                .ConfigureAwait(false);
            return found
                .Select(static topic =>
                    topic.Entries.TryGetValue("max.message.bytes", out var entry)
                    && int.TryParse(entry.Value, CultureInfo.InvariantCulture, out var bytes)
                        ? bytes
                        : (int?)null
                )
                .Min();
        }
        catch (KafkaException)
        {
            // Not every client may ask that. What is refused tells.
            return null;
        }
    }

    // For good, not for now.
    private static bool IsRefused(KafkaException problem)
    {
        var errors = problem is DescribeTopicsException { Results.TopicDescriptions: var topics }
            ? topics.Select(static topic => topic.Error.Code)
            : [problem.Error.Code];
        return errors.Any(static code =>
            code
                is KafkaErrorCode.TopicAuthorizationFailed
                    or KafkaErrorCode.ClusterAuthorizationFailed
                    or KafkaErrorCode.UnsupportedVersion
                    or KafkaErrorCode.Local_UnsupportedFeature
        );
    }

    // It blocks; and the client must not be disposed of under it, so it is not abandoned.
    private static async Task<T> AskAsync<T>(Func<T> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(ask, cancellationToken).ConfigureAwait(false);
        }
        catch (KafkaException problem)
        {
            throw new IOException($"Kafka cannot be reached. {problem.Error.Reason}", problem);
        }
    }

    private async Task CreateAsync(IAdminClient admin, string topic)
    {
        try
        {
            await admin
                .CreateTopicsAsync(
                    [
                        new TopicSpecification
                        {
                            Name = topic,
                            NumPartitions = options.Partitions,
                            ReplicationFactor = options.ReplicationFactor,
                        },
                    ],
                    new CreateTopicsOptions { RequestTimeout = Timeout, OperationTimeout = Timeout }
                )
                .ConfigureAwait(false);
            if (_seen.ContainsKey(topic))
                KafkaLog.TopicLost(logger, topic, options.Partitions);
            else
                KafkaLog.TopicCreated(logger, topic, options.Partitions);
        }
        catch (CreateTopicsException problem)
            when (problem.Results.All(static result => result.Error.Code is KafkaErrorCode.TopicAlreadyExists or KafkaErrorCode.NoError))
        {
            // Somebody else was faster.
        }
        catch (KafkaException problem)
        {
            var reason = problem is CreateTopicsException { Results: [var result, ..] } ? result.Error.Reason : problem.Error.Reason;
            throw new IOException($"Kafka has no topic {topic}, and it could not be created: {reason}", problem);
        }
    }
}
