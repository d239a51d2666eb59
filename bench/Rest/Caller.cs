using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Timestone.Bench.Rest;

/// <summary>
/// One connection that does a job: one request at a time, the next when the answer is there and its time has come. Runs on the
/// thread that waits for the sockets (see <see cref="LoadCommand"/>), with no task, no stream and no HTTP library in between.
/// </summary>
internal sealed class Caller : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly Job _job;
    private readonly Pace _pace;
    private readonly Action<Exception> _onFailure;
    private byte[] _buffer = new byte[64 * 1024];
    private int _filled;
    private long _dueAt;
    private int _idle = 1;
    private volatile bool _stopped;

    public Caller(IPEndPoint server, Job job, Pace pace, Action<Exception> onFailure)
    {
        (_job, _pace, _onFailure) = (job, pace, onFailure);
        _socket.Connect(server);
        _receive.Completed += (_, _) => Received();
    }

    /// <summary>Messages since the last reset.</summary>
    public long Messages { get; private set; }

    /// <summary>Requests since the last reset.</summary>
    public long Requests { get; private set; }

    /// <summary>From when a request was due until its answer was there.</summary>
    public Latencies Latencies { get; private set; } = new();

    /// <summary>The same of requests that were due in a burst.</summary>
    public Latencies BurstLatencies { get; private set; } = new();

    /// <summary>Begins to count anew; what is under way counts.</summary>
    public void Reset() => (Messages, Requests, Latencies, BurstLatencies) = (0, 0, new(), new());

    /// <summary>Sends the next request if none is under way and its time has come. Any thread.</summary>
    public void Poke()
    {
        if (Interlocked.Exchange(ref _idle, 0) == 0)
            return;
        try
        {
            Go();
        }
        catch (Exception problem)
        {
            _onFailure(problem);
        }
    }

    public void Stop() => _stopped = true;

    public void Dispose()
    {
        _socket.Dispose();
        _receive.Dispose();
    }

    private void Received()
    {
        try
        {
            if (Complete())
                Go();
        }
        catch (Exception problem) when (!_stopped)
        {
            _onFailure(problem);
        }
        catch (Exception)
        {
            // The connection was closed at the end.
        }
    }

    // Sends and receives until an answer is waited for or nothing is due.
    private void Go()
    {
        do
        {
            if (_stopped || !_pace.TryTake(out _dueAt))
            {
                Volatile.Write(ref _idle, 1);
                return;
            }

            _filled = 0;
            _socket.Send(_job.Next().Span);
        }
        while (ReceiveMore() && Complete());
    }

    // Receives; false when the answer will come later, to Received.
    private bool ReceiveMore()
    {
        if (_filled == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        _receive.SetBuffer(_buffer, _filled, _buffer.Length - _filled);
        return !_socket.ReceiveAsync(_receive);
    }

    // Takes what came; true when the answer is whole.
    private bool Complete()
    {
        while (true)
        {
            if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
                throw new IOException($"The connection ended: {_receive.SocketError}.");
            _filled += _receive.BytesTransferred;
            if (TryParse(out var status, out var body))
            {
                var latency = Stopwatch.GetTimestamp() - _dueAt;
                (_pace.IsBurst(_dueAt) ? BurstLatencies : Latencies).Add(latency);
                Messages += _job.Take(status, body);
                Requests++;
                return true;
            }

            if (!ReceiveMore())
                return false;
        }
    }

    private bool TryParse(out int status, out ReadOnlySpan<byte> body)
    {
        status = 0;
        body = default;
        var arrived = _buffer.AsSpan(0, _filled);
        var headEnd = arrived.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
            return false;
        var head = arrived[..(headEnd + 2)];
        var lengthAt = head.IndexOf("Content-Length: "u8);
        if (lengthAt < 0)
            throw new InvalidOperationException($"An answer without a length: {Encoding.ASCII.GetString(head)}");
        var lengthText = head[(lengthAt + 16)..];
        var length = int.Parse(lengthText[..lengthText.IndexOf((byte)'\r')], System.Globalization.CultureInfo.InvariantCulture);
        if (_filled < headEnd + 4 + length)
            return false;
        status = int.Parse(head.Slice(9, 3), System.Globalization.CultureInfo.InvariantCulture);
        body = arrived.Slice(headEnd + 4, length);
        return true;
    }
}
