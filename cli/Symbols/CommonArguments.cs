using System.CommandLine;

namespace Timestone.Cli;

/// <summary>The arguments that several commands share.</summary>
internal static class CommonArguments
{
    public static Argument<string> Queue(CliHost host)
    {
        var argument = new Argument<string>("queue") { Description = "The queue's name." };
        argument.CompletionSources.Add(context => QueueNames.Of(host, context));
        return argument;
    }

    public static Argument<string?> QueueOrAll(CliHost host)
    {
        var argument = new Argument<string?>("queue")
        {
            Description = "The queue's name; all queues without.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        argument.CompletionSources.Add(context => QueueNames.Of(host, context));
        return argument;
    }

    public static Argument<string> NewQueue() => new("queue") { Description = "The queue's name." };

    public static Argument<string> Id() => new("id") { Description = "The message's id." };

    public static Argument<string> LeaseToken() => new("lease-token") { Description = "The lease's token, from the dequeue." };
}
