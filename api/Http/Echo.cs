namespace Timestone.Api;

/// <summary>Quotes what a caller sent.</summary>
internal static class Echo
{
    private const int MaxChars = 100;

    /// <summary>A text that an error quotes, cut at 100 characters.</summary>
    public static string Short(this string? text)
    {
        if (text is null || text.Length <= MaxChars)
            return text ?? "";
        var cut = char.IsHighSurrogate(text[MaxChars - 1]) ? MaxChars - 1 : MaxChars;
        return $"{text.AsSpan(0, cut)}…";
    }
}
