using Timestone.Hosting;
using Timestone.Silo;

return await ServerCommand.RunAsync(new SiloProgram(), args, Console.Out, Console.Error);
