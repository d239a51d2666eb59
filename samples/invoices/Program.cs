using System.Globalization;
using Invoices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Timestone;
using Timestone.Client;

var builder = Host.CreateApplicationBuilder(args);
var server = new Uri(builder.Configuration["server"] ?? "http://127.0.0.1:7070");
var count = int.Parse(builder.Configuration["invoices"] ?? "12", CultureInfo.InvariantCulture);
var day = builder.Configuration["day"] is { } given
    ? DateOnly.ParseExact(given, "yyyy-MM-dd", CultureInfo.InvariantCulture)
    : DateOnly.FromDateTime(DateTime.UtcNow);

// The program prints each step itself. `--Logging:LogLevel:Default Information` shows what the worker says, too.
builder.Logging.SetMinimumLevel(LogLevel.Error);

builder.Services.AddTimestoneClient(server);
builder.Services.AddTimestoneEnqueuer<Invoice>(Queues.Invoices, InvoiceJson.Default.Options);
builder.Services.AddTimestoneEnqueuer<Mail>(Queues.Mails, InvoiceJson.Default.Options);
builder.Services.AddTimestoneWorker<RenderInvoice>(Queues.Invoices, Configure);
builder.Services.AddTimestoneWorker<SendMail>(Queues.Mails, Configure);
builder.Services.AddSingleton<Renderer>().AddSingleton<MailServer>().AddSingleton<Billing>();
using var host = builder.Build();

var billing = host.Services.GetRequiredService<Billing>();
var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
try
{
    await Queues.CreateAsync(host.Services.GetRequiredService<ITimestone>(), stopping);
    var invoices = BillingDay.Invoices(day, count);
    await billing.EnqueueAsync(invoices, stopping);

    // Starts the workers. Elsewhere they are programs of their own; here they wait until all is enqueued, so that the order shows.
    await host.StartAsync(stopping);
    return await billing.WaitAsync(invoices, stopping) ? 0 : 1;
}
catch (TimestoneException problem)
{
    await Console.Error.WriteLineAsync($"{problem.Code}: {problem.Message}");
    return 1;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Stopped. The next run goes on with what is left.");
    return 1;
}
finally
{
    // Running handlers may end; what no handler has begun goes back to the queue.
    await host.StopAsync(CancellationToken.None);
}

static void Configure(TimestoneWorkerOptions options)
{
    options.Concurrency = 4;
    options.Json = InvoiceJson.Default.Options;
    options.Use(Step.PrintFailuresAsync);
}
