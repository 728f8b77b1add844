/**
 * How whoever reads a hint starts this command: in a clone, where npm started it, the shell itself does not know its name.
 *
 * @param env - npm leaves `npm_config_user_agent` in it for everything that it starts
 */
export function typedName(env: Readonly<Record<string, string | undefined>>): string {
  return env["npm_config_user_agent"] === undefined ? "lianzheng" : "npx lianzheng";
}
