using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Timestone.Client.Http;

/// <summary>What the server said in the end.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body.</param>
/// <param name="Repeated">Whether an earlier try may already have done what was asked.</param>
internal sealed record HttpAnswer(HttpStatusCode Status, byte[] Body, bool Repeated)
{
    /// <summary>The answer as what it should be.</summary>
    /// <exception cref="TimestoneException">It is the server's refusal, or (<see cref="ErrorCode.Unavailable"/>) not
    /// understood.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
    {
        ThrowIfRefused();
        try
        {
            return JsonSerializer.Deserialize(Body, type) ?? throw NotUnderstood("it is null");
        }
        catch (JsonException problem)
        {
            throw NotUnderstood(problem.Message, problem);
        }
        catch (TimestoneException problem) when (problem.Code != ErrorCode.Unavailable)
        {
            // What the contracts refuse while they read is the server's fault here, not the caller's.
            throw NotUnderstood(problem.Message, problem);
        }
    }

    /// <summary>Throws what the server refused with, if it did.</summary>
    public void ThrowIfRefused()
    {
        if ((int)Status is >= 200 and < 300)
            return;
        throw Problem.Read(Body)?.ToException() ?? NotUnderstood("it names no known error");
    }

    /// <summary>An exception for an answer that makes no sense.</summary>
    public TimestoneException NotUnderstood(string why, Exception? cause = null) =>
        new(
            ErrorCode.Unavailable,
            $"The server's answer ({(int)Status}, {Body.Length} bytes) is not understood: {why}. Is this a Timestone server, and of this version? The outcome is unknown.",
            innerException: cause
        );
}
