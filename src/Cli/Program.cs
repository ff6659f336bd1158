using System.CommandLine;
using OrleansMq.Cli.DeadLetters;
using OrleansMq.Cli.Demo;
using OrleansMq.Cli.Messages;
using OrleansMq.Cli.Transactions;

var root = new RootCommand("omq: the command line of OrleansMq.")
{
    DemoCommand.Create(), TransactionsCommand.Create(), DeadLettersCommand.Create(), MessageCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
