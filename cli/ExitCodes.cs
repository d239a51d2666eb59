namespace Timestone.Cli;

/// <summary>What the program's exit code says; a part of its interface, as scripts depend on it.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>The service refused it, wholly or for one item of many; or a command run by <c>work</c> failed.</summary>
    public const int Refused = 1;

    /// <summary>The command line makes no sense, or a file that it names cannot be read.</summary>
    public const int Usage = 2;

    /// <summary>The service cannot be reached or cannot answer now: whether it was done is unknown, and repeating it is safe.</summary>
    public const int Unavailable = 3;

    /// <summary>Nothing was dequeueable.</summary>
    public const int NothingDequeued = 4;

    /// <summary>A bug of this program.</summary>
    public const int Internal = 70;

    /// <summary>What there was to say could not be written: a full disk.</summary>
    public const int Output = 74;

    /// <summary>SIGINT, SIGTERM or SIGHUP ended it.</summary>
    public const int Interrupted = 130;

    /// <summary>Whoever read the output has gone: what a program that SIGPIPE ends leaves with.</summary>
    public const int ReaderGone = 141;

    /// <summary>For the help text.</summary>
    public const string Summary = """
        Exit codes: 0 done; 1 refused; 2 wrong usage; 3 the server cannot be reached or cannot answer now;
        4 nothing was dequeued; 74 output that cannot be written; 130 interrupted.
        """;
}
