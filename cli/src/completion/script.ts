import type { Command } from "commander";

/** Shells that are spoken. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** What may stand behind a command line's words so far. */
interface Level {
  /** Words of the command, such as `token issue`; empty for the program. */
  readonly words: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly LevelOption[];
}

interface LevelOption {
  readonly flags: readonly string[];
  readonly about: string;
  /** Values that it takes; empty if it takes anything, or nothing. */
  readonly choices: readonly string[];
}

/** The names under which the program is called. */
const programs = ["lianzheng", "lz"];

/** The script that makes a shell complete the program's commands, options and their choices; files are the shell's own. */
export function completionScript(program: Command, shell: Shell): string {
  const levels = levelsOf(program, "");
  switch (shell) {
    case "bash":
      return bashScript(levels);
    case "zsh":
      return `#compdef ${programs.join(" ")}\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(levels)}`;
    case "fish":
      return fishScript(levels);
  }
}

function levelsOf(command: Command, words: string): readonly Level[] {
  const commands = command.commands.map((one) => ({ name: one.name(), about: one.summary() || one.description() }));
  const options = command.options.map(({ short, long, description, argChoices }) => ({
    flags: [short, long].filter((flag) => flag !== undefined),
    about: description,
    choices: argChoices ?? [],
  }));
  const below = command.commands.flatMap((one) => levelsOf(one, `${words} ${one.name()}`.trim()));
  return [{ words, commands, options }, ...below];
}

/** Only words of our own making stand in the scripts, yet a quote in a description must not end its string. */
function quoted(text: string): string {
  return `'${text.split("\n", 1).join("").replaceAll("'", "'\\''")}'`;
}

function bashScript(levels: readonly Level[]): string {
  const cases = levels.map(({ words, commands, options }) => {
    const all = [...commands.map(({ name }) => name), ...options.flatMap(({ flags }) => flags), "--help"];
    return `    ${quoted(words)}) words=${quoted(all.join(" "))} ;;`;
  });
  const choices = levels.flatMap(({ words, options }) =>
    options
      .filter((option) => option.choices.length > 0)
      .map(({ flags, choices: values }) => {
        const patterns = flags.map((flag) => quoted(`${words} ${flag}`)).join("|");
        return `    ${patterns}) words=${quoted(values.join(" "))} ;;`;
      }),
  );
  return `_lianzheng() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " ${levels.map(({ words }) => words.replaceAll(" ", "/")).join(" ")} " in
      *" \${command:+\${command// //}/}\${word} "*) command="\${command:+\${command} }\${word}" ;;
    esac
  done
  case "\${command} \${before}" in
${choices.join("\n")}
  esac
  if [ -z "\${words}" ]; then
    case "\${command}" in
${cases.join("\n")}
    esac
  fi
  COMPREPLY=( $(compgen -W "\${words}" -- "\${current}") $(compgen -f -- "\${current}") )
}
complete -o filenames -F _lianzheng ${programs.join(" ")}
`;
}

function fishScript(levels: readonly Level[]): string {
  const lines = programs.flatMap((program) =>
    levels.flatMap((level) => {
      const [first = "", second] = level.words.split(" ");
      const on =
        level.words === ""
          ? "__fish_use_subcommand"
          : second === undefined
            ? `__fish_seen_subcommand_from ${first}`
            : `__fish_seen_subcommand_from ${first}; and __fish_seen_subcommand_from ${second}`;
      const head = `complete -c ${program} -n ${quoted(on)}`;
      const commands = level.commands.map(({ name, about }) => `${head} -f -a ${quoted(name)} -d ${quoted(about)}`);
      const options = level.options.map(({ flags, about, choices }) => {
        const named = flags.map((flag) =>
          flag.startsWith("--") ? `-l ${quoted(flag.slice(2))}` : `-s ${quoted(flag.slice(1))}`,
        );
        const values = choices.length === 0 ? "" : ` -x -a ${quoted(choices.join(" "))}`;
        return `${head} ${named.join(" ")} -d ${quoted(about)}${values}`;
      });
      return [...commands, ...options];
    }),
  );
  return `${lines.join("\n")}\n`;
}
