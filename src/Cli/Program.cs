using System.CommandLine;
using OrleansMq.Cli.Demo;

var root = new RootCommand("omq: the command line of OrleansMq.") { DemoCommand.Create() };
return await root.Parse(args).InvokeAsync();
