using System.Text;

namespace Timestone.Bench.Rest;

/// <summary>What a caller does again and again: it makes a request and looks at the answer.</summary>
internal abstract class Job
{
    /// <summary>A marker in the id of a message that is to be dequeued before all others.</summary>
    public static ReadOnlySpan<byte> ProbeMark => "\"id\":\"p-"u8;

    /// <summary>Makes the next request.</summary>
    public abstract ReadOnlyMemory<byte> Next();

    /// <summary>Takes the answer to the last request: how many messages it was about.</summary>
    /// <exception cref="InvalidOperationException">The answer is not what it should be.</exception>
    public abstract int Take(int status, ReadOnlySpan<byte> body);

    protected static void Expect(bool holds, int status, ReadOnlySpan<byte> body)
    {
        if (!holds)
            throw new InvalidOperationException(
                $"Unexpected answer {status}: {Encoding.UTF8.GetString(body[..Math.Min(body.Length, 400)])}"
            );
    }
}
