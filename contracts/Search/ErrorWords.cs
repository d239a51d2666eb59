using System.Text;

namespace Timestone;

/// <summary>
/// How the text of an error is taken apart to be searched: words are runs of letters and digits, upper and lower case the same.
/// </summary>
public static class ErrorWords
{
    /// <summary>The words of a text, in lower case, in their order.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
                word.Append(Rune.ToLowerInvariant(rune).ToString());
            else
                End();
        }

        End();
        return words;

        void End()
        {
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
        }
    }

    /// <summary>Whether a text has all of some words, which <see cref="Of"/> gave.</summary>
    public static bool Match(string? text, IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (words.Count == 0 || text is null)
            return words.Count == 0;
        var found = Of(text);
        return words.All(word => found.Contains(word, StringComparer.Ordinal));
    }
}
