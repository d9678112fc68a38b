/** The variables a worker was started with. Read at call time, so that a rotated key counts at once where it can. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable's value without surrounding white space; undefined where it is unset or blank. */
export function variable(environment: Environment, name: string): string | undefined {
  return environment[name]?.trim() || undefined;
}

/**
 * The name of a key's variable as messages show it. A person may have put the key itself where its variable's name
 * belongs, so only what looks like a name is shown.
 */
export function shownVariable(name: string): string {
  return /^[A-Z][A-Z0-9_]{0,63}$/.test(name) ? name : 'the variable that apiKeyEnv names';
}
