namespace Timestone.Hosting;

/// <summary>The server cannot be started with an option's value; the message names the option and fits one line.</summary>
public sealed class BadOptionException(string option, string detail) : Exception($"{option}: {detail}")
{
    /// <summary>The option, as it was given: <c>--urls</c>, or its name in the configuration.</summary>
    public string Option { get; } = option;
}
