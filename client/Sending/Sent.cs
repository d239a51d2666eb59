namespace Timestone.Client.Sending;

/// <summary>What the server said in the end.</summary>
/// <param name="Answer">Its answer.</param>
/// <param name="Repeated">Whether an earlier try may already have done what was asked.</param>
internal readonly record struct Sent<TAnswer>(TAnswer Answer, bool Repeated);
