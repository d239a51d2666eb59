using Timestone.Client;

namespace Timestone.Cli;

/// <summary>What the program stands on: the process in earnest, a test's own things in tests.</summary>
public sealed record CliHost
{
    /// <summary>Makes the service that options lead to. It lives as long as the process.</summary>
    public required Func<TimestoneClientOptions, ITimestone> Connect { get; init; }

    /// <summary>Standard output.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Standard error.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Opens standard input.</summary>
    public Func<Stream> OpenInput { get; init; } = static () => Stream.Null;

    /// <summary>Whether standard output is a terminal.</summary>
    public bool OutIsTerminal => OutWidth is not null;

    /// <summary>Whether standard output is a pipe.</summary>
    public bool OutIsPipe { get; init; }

    /// <summary>Columns of the terminal that standard output is; null where it is none.</summary>
    public int? OutWidth { get; init; }

    /// <summary>Whether standard error is a terminal.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Whether standard input is a terminal.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> GetEnvironmentVariable { get; init; } = static _ => null;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Canceled when the user asks to stop.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Canceled when the stop was asked for by SIGTERM or SIGHUP, which commands that run are to be told of.</summary>
    public CancellationToken Terminate { get; init; }

    /// <summary>Canceled when the user asks again: what still runs is to be killed.</summary>
    public CancellationToken Kill { get; init; }
}
