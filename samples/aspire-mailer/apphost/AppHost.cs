var builder = DistributedApplication.CreateBuilder(args);

var timestone = builder.AddTimestone("timestone");
builder.AddProject<Projects.AspireMailer>("mailer").WithReference(timestone).WaitFor(timestone);

builder.Build().Run();
