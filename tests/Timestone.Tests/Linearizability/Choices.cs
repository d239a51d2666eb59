namespace Timestone.Tests.Linearizability;

/// <summary>The choices of one trial, so that it can be repeated with others until all have been made.</summary>
internal sealed class Choices
{
    private readonly List<(int Picked, int Of)> _made = [];
    private int _at;

    /// <summary>Whether nothing could have been chosen otherwise.</summary>
    public bool IsForced => _at == 0;

    /// <summary>One of so many.</summary>
    public int Pick(int count)
    {
        if (_at == _made.Count)
            _made.Add((0, count));
        return _made[_at++].Picked;
    }

    /// <summary>Goes on to other choices; false when all have been made.</summary>
    public bool Advance()
    {
        // What a trial did not come to choose is not to be varied.
        _made.RemoveRange(_at, _made.Count - _at);
        _at = 0;
        while (_made.Count > 0)
        {
            var (picked, of) = _made[^1];
            _made.RemoveAt(_made.Count - 1);
            if (picked + 1 < of)
            {
                _made.Add((picked + 1, of));
                return true;
            }
        }

        return false;
    }
}
