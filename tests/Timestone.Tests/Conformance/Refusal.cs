using Shouldly;

namespace Timestone.Tests.Conformance;

/// <summary>What a refused call looks like.</summary>
public static class Refusal
{
    public static async Task ShouldBeRefused(this Task call, ErrorCode code, string? field = null)
    {
        var error = (await Should.ThrowAsync<TimestoneException>(call)).Error;
        ShouldBe(error, code, field);
    }

    public static void ShouldBeRefused(this MessageResult result, ErrorCode code, string? field = null)
    {
        var error = result.Error.ShouldNotBeNull();
        (result.State, result.Version, result.Duplicate, result.LeaseExpiresAt).ShouldBe((null, null, null, null));
        ShouldBe(error, code, field);
    }

    private static void ShouldBe(TimestoneError error, ErrorCode code, string? field)
    {
        error.Code.ShouldBe(code, error.Detail);
        error.Detail.ShouldNotBeNullOrWhiteSpace();
        if (field is not null)
            error.Field.ShouldBe(field);
    }
}
