using System.Net;
using System.Net.Sockets;
using Shouldly;
using Xunit;

namespace Timestone.Tests.Cli;

/// <summary>The program as a process, where its frame shows: arguments, streams, exit codes.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task Help_is_on_standard_output() => (await Processes.RunCliAsync("--help")).Out.ShouldContain("Exit codes:");

    [Fact]
    public async Task Wrong_usage_is_on_standard_error_with_exit_code_2()
    {
        var outcome = await Processes.RunCliAsync("dequeue");

        outcome.ShouldBe(new CliOutcome(2, "", "timestone: Required argument missing for command: 'dequeue'.\nSee 'timestone dequeue --help'.\n"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_exit_code_3()
    {
        // Bound, so that nobody else listens there, and not listening.
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var outcome = await Processes.RunCliAsync("queue", "list", "--retry-for", "0", "--server", socket.LocalEndPoint!.ToString()!);

        outcome.Code.ShouldBe(3);
        outcome.Error.ShouldStartWith($"timestone: cannot reach http://{socket.LocalEndPoint}: is the server running?");
    }
}
