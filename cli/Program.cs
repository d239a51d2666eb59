using Timestone.Cli;

using var interrupts = new Interrupts();
return await TimestoneCli.RunAsync(args, ProcessHost.Create(interrupts));
