using System.Text;

namespace Timestone.Cli;

/// <summary>The last characters of a text of any length.</summary>
internal sealed class TextTail(int length)
{
    private readonly StringBuilder _text = new();

    public void Append(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        if (_text.Length > 2 * length)
            _text.Remove(0, _text.Length - length);
    }

    public override string ToString() => _text.ToString(Math.Max(0, _text.Length - length), Math.Min(length, _text.Length));
}
