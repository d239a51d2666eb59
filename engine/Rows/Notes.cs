using System.Text;

namespace Timestone.Engine;

/// <summary>What consumers left on a message. The byte arrays are JSON text and never change.</summary>
/// <param name="Error">Why the last attempt failed, or the reason of the cancel.</param>
/// <param name="Result">What the completion brought.</param>
/// <param name="Progress">What was last reported.</param>
public sealed record Notes(string? Error, byte[]? Result, byte[]? Progress)
{
    /// <summary>The bytes that they take, in UTF-8.</summary>
    public int Bytes => (Error is null ? 0 : Encoding.UTF8.GetByteCount(Error)) + (Result?.Length ?? 0) + (Progress?.Length ?? 0);
}
