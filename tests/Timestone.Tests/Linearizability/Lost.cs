using Timestone.Tests.Reference;

namespace Timestone.Tests.Linearizability;

/// <summary>One item of a call of unknown outcome that names a message: it may have taken effect, once, from its start on.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Call">The call.</param>
/// <param name="Item">A <see cref="Settlement"/>, <see cref="LeaseExtension"/>, <see cref="Cancellation"/> or
/// <see cref="RedriveCommand"/>.</param>
internal sealed record Lost(int Index, RecordedCall Call, object Item);
