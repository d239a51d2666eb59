namespace Timestone.Cli;

/// <summary>The shells that there is a completion script for.</summary>
internal enum Shell
{
    Bash = 0,
    Zsh = 1,
    Fish = 2,
}
