using System.Globalization;
using System.Text;

namespace Timestone.Bench.Rest;

/// <summary>A buffer that holds one HTTP request: the head is written once, the body anew for each request.</summary>
internal sealed class RequestTemplate
{
    // Leading zeros are allowed, so that the length can be patched in place.
    private const string LengthPlace = "00000000";

    private readonly byte[] _buffer;
    private readonly int _lengthAt;
    private readonly int _bodyAt;
    private int _end;

    public RequestTemplate(string path, int capacity)
    {
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {LengthPlace}\r\n\r\n";
        _buffer = new byte[capacity + head.Length];
        _bodyAt = _end = Encoding.ASCII.GetBytes(head, _buffer);
        _lengthAt = _bodyAt - 4 - LengthPlace.Length;
    }

    /// <summary>The whole request.</summary>
    public ReadOnlyMemory<byte> Request => _buffer.AsMemory(0, _end);

    public RequestTemplate Begin()
    {
        _end = _bodyAt;
        return this;
    }

    public RequestTemplate Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
        return this;
    }

    /// <summary>Adds a number of fixed width.</summary>
    public RequestTemplate Add(long number, ReadOnlySpan<char> format)
    {
        number.TryFormat(_buffer.AsSpan(_end), out var written, format, CultureInfo.InvariantCulture);
        _end += written;
        return this;
    }

    public RequestTemplate End()
    {
        ((long)(_end - _bodyAt)).TryFormat(_buffer.AsSpan(_lengthAt), out _, "D8", CultureInfo.InvariantCulture);
        return this;
    }
}
