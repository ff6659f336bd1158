using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansMq.Databases;
using OrleansMq.Gateway.Hosting;
using OrleansMq.Silo.Hosting;

if (args is ["--help" or "-h" or "help"])
{
    Console.WriteLine(Usage.Text);
    return 0;
}

bool applies = args is ["database", "apply", ..];
string[] settingArgs = applies ? args[2..] : args;
if (Usage.CommandLine.FindProblem(settingArgs) is { } problem)
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
    .AddCommandLine(settingArgs, Usage.CommandLine.Switches);
builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddSimpleConsole(options =>
{
    options.SingleLine = true;
    options.TimestampFormat = "HH:mm:ss.fff ";
    options.UseUtcTimestamp = true;
});
builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning)
    .AddFilter("Orleans.", LogLevel.Warning).AddFilter("Orleans.Runtime.Silo", LogLevel.Critical);

// What keeps the host from starting is said below, in one line.
builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

try
{
    var settings = BrokerSettings.Read(builder.Configuration);
    SiloOptions options = BrokerSettings.Bind<SiloOptions>(builder.Configuration, SiloOptions.Section);
    options.Check();
    Database database = options.OpenDatabase(settings.Store.Directory);
    if (applies || options.IsAlone)
        await DatabaseSchema.ApplyAsync(database);
    if (applies)
    {
        Console.WriteLine($"The tables and queries are up to date in {database}.");
        return 0;
    }

    if (await DatabaseSchema.FindProblemAsync(database) is { } unusable)
        throw new SettingsException([$"{SiloOptions.Section}:{nameof(SiloOptions.Database)}: {unusable}"]);

    builder.UseOrleans(silo => silo.AddBroker(settings, options));
    builder.Services.AddSingleton(options);
    builder.Services.AddHostedService<SiloGreeting>();
    using (IHost host = builder.Build())
        await host.RunAsync();
    Console.WriteLine("Stopped cleanly.");
    return 0;
}
catch (Exception cause) when (BrokerHost.IsExpected(cause.GetBaseException())
    || cause.GetBaseException() is OrleansConfigurationException or System.Data.Common.DbException)
{
    Console.Error.WriteLine($"The silo did not start: {cause.GetBaseException().Message}");
    return 1;
}
