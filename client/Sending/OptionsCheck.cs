using Microsoft.Extensions.Options;

namespace Timestone.Client.Sending;

/// <summary>Refuses options that are out of range, naming them, when the host starts.</summary>
internal sealed class OptionsCheck : IValidateOptions<TimestoneClientOptions>
{
    public ValidateOptionsResult Validate(string? name, TimestoneClientOptions options)
    {
        try
        {
            options.Validated();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException problem)
        {
            return ValidateOptionsResult.Fail(problem.Message);
        }
    }
}
