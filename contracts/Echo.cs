namespace Timestone;

/// <summary>Quotes in an error what a caller sent, which can be of any length.</summary>
public static class Echo
{
    private const int MaxChars = 100;

    /// <summary>The text, cut after 100 characters; empty for null.</summary>
    public static string Cut(this string? text)
    {
        if (text is null || text.Length <= MaxChars)
            return text ?? "";
        var cut = char.IsHighSurrogate(text[MaxChars - 1]) ? MaxChars - 1 : MaxChars;
        return $"{text.AsSpan(0, cut)}…";
    }
}
