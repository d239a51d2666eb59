namespace Timestone.Client.Grpc;

/// <summary>Questions whose answers come in the order of the questions, in pieces of any size. The owner locks.</summary>
internal sealed class InOrder<TAnswer>
{
    private readonly Queue<Question> _asked = [];

    /// <summary>A question that is about to be asked.</summary>
    /// <param name="count">How many answers it has.</param>
    public Task<IReadOnlyList<TAnswer>> Ask(int count)
    {
        var question = new Question(count);
        _asked.Enqueue(question);
        return question.Task;
    }

    /// <summary>Takes the next answers.</summary>
    public void Answer(IEnumerable<TAnswer> answers)
    {
        foreach (var answer in answers)
        {
            // An answer to nothing is not this side's fault, and concerns nobody.
            if (_asked.TryPeek(out var question) && question.Add(answer))
                _asked.Dequeue();
        }
    }

    /// <summary>No more answers come.</summary>
    public void Fail(TimestoneException why)
    {
        while (_asked.TryDequeue(out var question))
            question.Fail(why);
    }

    private sealed class Question(int count)
    {
        private readonly TaskCompletionSource<IReadOnlyList<TAnswer>> _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TAnswer[] _answers = new TAnswer[count];
        private int _come;

        public Task<IReadOnlyList<TAnswer>> Task => _whole.Task;

        public bool Add(TAnswer answer)
        {
            _answers[_come++] = answer;
            return _come == _answers.Length && _whole.TrySetResult(_answers);
        }

        public void Fail(TimestoneException why) => _whole.TrySetException(why);
    }
}
