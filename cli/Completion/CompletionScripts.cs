namespace Timestone.Cli;

/// <summary>
/// The scripts that teach a shell to complete. Each hands what stands left of the cursor, without the program's own
/// name, to the <c>[suggest]</c> directive, so that they never need to change with the commands. Options are offered
/// only to who has typed a dash.
/// </summary>
internal static class CompletionScripts
{
    public static string For(Shell shell) => shell switch
    {
        Shell.Bash => Bash,
        Shell.Zsh => Zsh,
        _ => Fish,
    };

    // The shell of macOS is bash 3.2: no mapfile.
    private const string Bash = """
        # bash completion for timestone; load it with: source <(timestone completion bash)
        _timestone() {
            local line="${COMP_LINE:0:COMP_POINT}" all IFS=$'\n'
            line="${line#"${line%%[![:space:]]*}"}"
            line="${line#*[[:space:]]}"
            all="$("$1" "[suggest:${#line}]" "$line" 2>/dev/null)"
            [[ "$2" == -* ]] || all="$(printf '%s\n' "$all" | grep -v '^-')"
            COMPREPLY=( $(compgen -W "$all" -- "$2") )
        }
        complete -o default -F _timestone timestone
        """;

    private const string Zsh = """
        #compdef timestone
        # zsh completion for timestone; load it with: source <(timestone completion zsh)
        _timestone() {
            local line="${(j: :)words[2,CURRENT]}"
            local -a all
            all=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            [[ "${words[CURRENT]}" == -* ]] || all=("${(@)all:#-*}")
            all=("${(@)all:#}")
            if (( ${#all} )); then compadd -a all; else _files; fi
        }
        if [[ "${funcstack[1]}" == _timestone ]]; then _timestone "$@"; else compdef _timestone timestone; fi
        """;

    private const string Fish = """
        # fish completion for timestone; load it with: timestone completion fish | source
        function __timestone_complete
            set -l line (string replace -r '^\s*\S+\s*' '' -- (commandline -cp))
            set -l all (timestone "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
            if string match -q -- '-*' (commandline -ct)
                printf '%s\n' $all
            else
                string match -v -- '-*' $all
            end
        end
        complete -c timestone -f -a '(__timestone_complete)'
        complete -c timestone -l file -r -F
        """;
}
