using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Timestone.Api;

/// <summary>Says at the place where a route is mapped what the OpenAPI document tells of it.</summary>
internal static class RouteDescriptionExtensions
{
    public static Described Describe(this IEndpointConventionBuilder route, string operationId, string summary)
    {
        var description = new RouteDescription(operationId, summary);
        route.WithMetadata(description);
        return new Described(description);
    }

    internal readonly struct Described(RouteDescription description)
    {
        public Described Takes(params string[] query)
        {
            description.Query = query;
            return this;
        }

        public Described Accepts<T>(bool optional = false)
        {
            description.Bodies = [typeof(T)];
            description.BodyIsOptional = optional;
            return this;
        }

        public Described AcceptsEither<TOne, TOther>()
        {
            description.Bodies = [typeof(TOne), typeof(TOther)];
            return this;
        }

        public Described Answers<T>(int status = StatusCodes.Status200OK)
        {
            description.Answers[status] = [typeof(T)];
            return this;
        }

        public Described AnswersEither<TOne, TOther>(int status = StatusCodes.Status200OK)
        {
            description.Answers[status] = [typeof(TOne), typeof(TOther)];
            return this;
        }

        public Described AnswersNothing()
        {
            description.Answers[StatusCodes.Status204NoContent] = [];
            return this;
        }

        public Described Refuses(params ErrorCode[] errors)
        {
            description.Errors = errors;
            return this;
        }
    }
}
