using System.Reflection;

namespace Timestone.Tests.Api;

/// <summary>A service whose every call is answered by one function of the method's name and its arguments.</summary>
public class ScriptedTimestone : DispatchProxy
{
    private Func<string, object?[], object?> _script = static (name, _) => throw new NotSupportedException(name);

    public static ITimestone Create(Func<string, object?[], object?> script)
    {
        var timestone = Create<ITimestone, ScriptedTimestone>();
        ((ScriptedTimestone)(object)timestone)._script = script;
        return timestone;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _script(targetMethod!.Name, args!);
}
