using System.CommandLine;
using OrleansMq.Cli.Demo;
using OrleansMq.Cli.Transactions;

var root = new RootCommand("omq: the command line of OrleansMq.")
{
    DemoCommand.Create(), TransactionsCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
