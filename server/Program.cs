using Timestone.Hosting;

// A request's way from its socket to its queue's inbox never blocks, so the thread that polls the sockets carries it there
// itself: a settle + dequeue costs a quarter less processor time than with a hop to the thread pool. Read once by the runtime,
// from the environment only.
const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
if (Environment.GetEnvironmentVariable(InlineCompletions) is null)
    Environment.SetEnvironmentVariable(InlineCompletions, "1");

return await new HostProgram
{
    Name = "timestone-server",
    Description = "A durable priority-queue service in one process, with its own store.",
}.RunAsync(args, Console.Out, Console.Error);
