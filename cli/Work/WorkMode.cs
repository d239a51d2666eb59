namespace Timestone.Cli;

/// <summary>How long <c>work</c> goes on.</summary>
internal enum WorkMode
{
    /// <summary>Until it is told to stop.</summary>
    Endless = 0,

    /// <summary>For one message, or none if there is none.</summary>
    Once = 1,

    /// <summary>Until nothing is dequeueable and nothing is running here.</summary>
    UntilEmpty = 2,
}
