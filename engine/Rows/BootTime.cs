namespace Timestone.Engine;

/// <summary>
/// A moment by a machine's time since it booted, which goes on while the machine is suspended and does not jump. Of two moments of one boot
/// it says what has passed between them; of two boots it says nothing.
/// </summary>
/// <param name="Boot">Which boot: no other one, of any machine, has this.</param>
/// <param name="Milliseconds">Milliseconds since then.</param>
public readonly record struct BootTime(Guid Boot, long Milliseconds);
