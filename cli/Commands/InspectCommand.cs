using System.CommandLine;
using Timestone.Journals.Redis;
using Timestone.Json;

namespace Timestone.Cli;

/// <summary><c>timestone inspect</c></summary>
internal sealed class InspectCommand : CliCommand
{
    private const string RedisVariable = "TIMESTONE_REDIS";

    private readonly Argument<string> _queue;
    private readonly Option<string> _redis;

    public InspectCommand(CliHost host)
        : base(host, "inspect", "Checks what Redis holds of a queue against itself, without a server.")
    {
        _queue = Take(CommonArguments.NewQueue());
        _redis = Take(new Option<string>("--redis")
        {
            Description = $"Addresses of Redis as the server takes them; {RedisVariable} sets a default.",
            HelpName = "host:port",
            DefaultValueFactory = _ => host.GetEnvironmentVariable(RedisVariable) ?? "127.0.0.1:6379",
        });
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        var queue = call.Get(_queue);
        Validation.CheckQueueName(queue);
        var found = await InspectAsync(queue, call.Get(_redis)!, cancellationToken).ConfigureAwait(false)
            ?? throw new TimestoneException(ErrorCode.QueueNotFound, $"There is no queue '{queue}' in Redis.", "queue");
        call.Answer(found, CliJson.Default.Inspection, output => Write(output, found));
        return found.Inconsistencies.Count == 0 ? ExitCodes.Ok : ExitCodes.Refused;
    }

    private static async Task<Inspection?> InspectAsync(string queue, string redis, CancellationToken cancellationToken)
    {
        try
        {
            var journal = RedisJournal.Open(new RedisJournalOptions { Configuration = redis });
            await using (journal.ConfigureAwait(false))
                return await journal.InspectAsync(queue, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException problem)
        {
            throw new UsageException($"--redis: {problem.Message}");
        }
        catch (IOException problem)
        {
            throw new TimestoneException(ErrorCode.Unavailable, problem.Message, innerException: problem);
        }
    }

    private static void Write(TextWriter output, Inspection found)
    {
        new Fields()
            .Add("rows", Text.Number(found.Rows))
            .Add("payloads", Text.Number(found.Payloads))
            .Add("pending", Text.Number(found.Pending))
            .Add("outbox", Text.Number(found.Outbox))
            .Add("epoch", found.Epoch is { } epoch ? Text.Number(epoch) : "none")
            .Add("wrong", found.Inconsistencies.Count == 0 ? "nothing" : Text.Number(found.Inconsistencies.Count))
            .WriteTo(output);
        foreach (var each in found.Inconsistencies)
            output.WriteLine($"{EnumNames.Of(each.Kind)}{(each.Id is null ? "" : $" {Text.Clean(each.Id)}")}: {Text.Clean(each.Detail)}");
    }
}
