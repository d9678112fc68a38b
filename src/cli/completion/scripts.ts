import type { SHELLS } from './candidates';

/** Asks `cadenza complete` for each word; `:files` leaves the word to the shell. */
export const COMPLETION_SCRIPTS: Record<(typeof SHELLS)[number], string> = {
  bash: `_cadenza() {
  local IFS=$'\\n'
  local reply=($(cadenza complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [ "\${reply[0]}" = ":files" ]; then
    COMPREPLY=()
    compopt -o default 2>/dev/null
  else
    COMPREPLY=("\${reply[@]}")
  fi
}
complete -F _cadenza cadenza`,
  zsh: `_cadenza() {
  local -a found
  found=("\${(@f)$(cadenza complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "$found[1]" == ":files" ]]; then
    _files
  else
    compadd -- $found
  fi
}
compdef _cadenza cadenza`,
  fish: `function __cadenza_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (cadenza complete -- $words[2..-1] 2>/dev/null)
  if test "$found[1]" = ":files"
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c cadenza -f -a '(__cadenza_complete)'`,
};
