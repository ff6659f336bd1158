using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Standalone.Hosting;

if (args is ["--help" or "-h" or "help"])
{
    Console.WriteLine(Usage.Text);
    return 0;
}

var commandLine = new CommandLine();
if (commandLine.FindProblem(args) is { } problem)
{
    Console.Error.WriteLine(problem);
    Console.Error.WriteLine(Usage.Text);
    return 2;
}

HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { Args = null });
builder.Configuration
    .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "omq.json"), optional: true)
    .AddJsonFile(Path.GetFullPath("omq.json"), optional: true)
    .AddEnvironmentVariables()
    .AddCommandLine(args, commandLine.Switches);
builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddSimpleConsole(options =>
{
    options.SingleLine = true;
    options.TimestampFormat = "HH:mm:ss.fff ";
    options.UseUtcTimestamp = true;
});
builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

// What keeps the host from starting is said below, in one line.
builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

try
{
    var settings = BrokerSettings.Read(builder.Configuration);
    builder.Services.AddSingleton(settings);
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddHostedService<BrokerService>();
    using IHost host = builder.Build();
    await host.RunAsync();
    return 0;
}
catch (Exception cause) when (BrokerHost.IsExpected(cause))
{
    Console.Error.WriteLine($"The broker did not start: {cause.Message}");
    return 1;
}
