using System.CommandLine;
using Timestone.Journals.Files;

namespace Timestone.Cli;

/// <summary><c>timestone verify</c></summary>
internal sealed class VerifyCommand : CliCommand
{
    private readonly Argument<string> _data;

    public VerifyCommand(CliHost host)
        : base(
            host,
            "verify",
            "Checks the data directory of a stopped server, and says what a start would cut off or refuse. Changes nothing."
        ) => _data = Take(new Argument<string>("data") { Description = "The data directory, as the server takes it with --data." });

    protected override Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        RecoveryReport found;
        try
        {
            found = FileJournal.Verify(call.Get(_data));
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new UsageException(missing.Message);
        }
        catch (UnreadableLogException refused)
        {
            throw new TimestoneException(ErrorCode.InvalidArgument, $"A start refuses: {refused.Message}", innerException: refused);
        }
        catch (IOException problem)
        {
            throw new TimestoneException(ErrorCode.Unavailable, problem.Message, innerException: problem);
        }

        call.Answer(found, CliJson.Default.RecoveryReport, output => Write(output, found));
        return Task.FromResult(found.Losses.Count == 0 ? ExitCodes.Ok : ExitCodes.Refused);
    }

    private static void Write(TextWriter output, RecoveryReport found)
    {
        new Fields()
            .Add("segments", Text.Number(found.Segments))
            .Add("bytes", Text.Number(found.Bytes))
            .Add("queues", Text.Number(found.Queues))
            .Add("messages", Text.Number(found.Messages))
            .Add("stopped", found.IsNew ? "never started" : found.IsCleanEnd ? "in order" : "by a crash")
            .Add("cut off", Describe(found.TornTail))
            .Add(
                "lost",
                found.Losses.Count == 0 ? "nothing" : $"{Text.Number(found.Losses.Count)}: a start refuses, unless with --accept-data-loss"
            )
            .WriteTo(output);
        foreach (var loss in found.Losses)
            output.WriteLine(Text.Clean(loss));
    }

    private static string Describe(TornTail? tail) =>
        tail is null ? "nothing" : $"{Text.Number(tail.Bytes)} bytes of {tail.File} at offset {Text.Number(tail.Offset)}, never answered";
}
